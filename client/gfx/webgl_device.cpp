// The graphics device over WebGL2. Everything that lives in the context is made in create_all() and forgotten when the context is
// lost, so that restoring is the same as starting.

#include "base/check.h"
#include "generated/shaders.h"
#include "gfx/device.h"
#include "gfx/seal.h"

#include <GLES3/gl3.h>
#include <emscripten/html5.h>

#include <array>
#include <cstring>
#include <string>
#include <unordered_map>
#include <vector>

namespace sinetti::gfx {

namespace {

constexpr int kSealSize = 512;          // pixels; drawn smaller through mipmaps
constexpr std::size_t kSealsMax = 48;   // 1.4 MB of video memory each

GLuint compile(GLenum kind, const char* source)
{
    const GLuint shader = glCreateShader(kind);
    glShaderSource(shader, 1, &source, nullptr);
    glCompileShader(shader);
    return shader;
}

GLuint link(const char* vertex, const char* fragment)
{
    const GLuint program = glCreateProgram();
    const GLuint vertex_shader = compile(GL_VERTEX_SHADER, vertex);
    const GLuint fragment_shader = compile(GL_FRAGMENT_SHADER, fragment);
    glAttachShader(program, vertex_shader);
    glAttachShader(program, fragment_shader);
    glLinkProgram(program);
    glDeleteShader(vertex_shader);
    glDeleteShader(fragment_shader);
    return program;
}

class WebGlDevice final : public Device {
public:
    WebGlDevice(const char* canvas, EMSCRIPTEN_WEBGL_CONTEXT_HANDLE context, void (*restored)(void*), void* user)
        : m_context(context), m_restored(restored), m_user(user)
    {
        create_all();
        emscripten_set_webglcontextlost_callback(canvas, this, false, [](int, const void*, void* self) {
            static_cast<WebGlDevice*>(self)->lose();
            return true;   // we will restore it: the browser needs to know
        });
        emscripten_set_webglcontextrestored_callback(canvas, this, false, [](int, const void*, void* self) {
            static_cast<WebGlDevice*>(self)->restore();
            return true;
        });
    }

    ~WebGlDevice() override { emscripten_webgl_destroy_context(m_context); }

    bool usable() const override { return !m_lost; }

    void draw(FrameSize size, std::uint32_t clear, ImDrawData& data) override
    {
        if (m_lost || size.width <= 0 || size.height <= 0) return;
        emscripten_webgl_make_context_current(m_context);
        if (data.Textures != nullptr) {
            for (ImTextureData* texture : *data.Textures) {
                if (texture->Status != ImTextureStatus_OK) update(*texture);
            }
        }
        glBindFramebuffer(GL_FRAMEBUFFER, 0);
        glViewport(0, 0, size.width, size.height);
        glDisable(GL_SCISSOR_TEST);
        const auto part = [&](unsigned shift) { return static_cast<float>((clear >> shift) & 0xff) / 255.0f; };
        glClearColor(part(24), part(16), part(8), 1.0f);
        glClear(GL_COLOR_BUFFER_BIT);
        glEnable(GL_BLEND);
        glBlendEquation(GL_FUNC_ADD);
        glBlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA, GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
        glEnable(GL_SCISSOR_TEST);
        glUseProgram(m_program);
        glUniform2f(m_frame_size, static_cast<float>(size.width), static_cast<float>(size.height));
        glBindVertexArray(m_vertices_array);
        glActiveTexture(GL_TEXTURE0);
        for (const ImDrawList* list : data.CmdLists) draw_list(*list, size);
        glDisable(GL_SCISSOR_TEST);
    }

    ImTextureID seal_texture(base::ByteView fingerprint) override
    {
        CHECK_INVARIANT(fingerprint.size() >= kSealBytes);
        if (m_lost) return ImTextureID_Invalid;
        const std::string key(reinterpret_cast<const char*>(fingerprint.data()), kSealBytes);
        if (const auto found = m_seals.find(key); found != m_seals.end()) return found->second;
        emscripten_webgl_make_context_current(m_context);
        if (m_seals.size() >= kSealsMax) {   // pictures still wanted are drawn again
            for (const auto& [unused, texture] : m_seals) glDeleteTextures(1, &texture);
            m_seals.clear();
        }
        const GLuint texture = draw_seal(fingerprint);
        m_seals.emplace(key, texture);
        return texture;
    }

private:
    void create_all()
    {
        emscripten_webgl_make_context_current(m_context);
        m_program = link(shaders::kInterfaceVert, shaders::kInterfaceFrag);
        m_frame_size = glGetUniformLocation(m_program, "frame_size");
        m_seal_program = link(shaders::kSealVert, shaders::kSealFrag);
        glGenVertexArrays(1, &m_vertices_array);
        glGenVertexArrays(1, &m_no_vertices);
        glGenBuffers(1, &m_vertices);
        glGenBuffers(1, &m_indices);
        glBindVertexArray(m_vertices_array);
        glBindBuffer(GL_ARRAY_BUFFER, m_vertices);
        glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, m_indices);
        const auto attribute = [](GLuint index, GLint count, GLenum kind, GLboolean normalised, std::size_t offset) {
            glEnableVertexAttribArray(index);
            glVertexAttribPointer(index, count, kind, normalised, sizeof(ImDrawVert), reinterpret_cast<const void*>(offset));
        };
        attribute(0, 2, GL_FLOAT, GL_FALSE, offsetof(ImDrawVert, pos));
        attribute(1, 2, GL_FLOAT, GL_FALSE, offsetof(ImDrawVert, uv));
        attribute(2, 4, GL_UNSIGNED_BYTE, GL_TRUE, offsetof(ImDrawVert, col));
        m_lost = false;
    }

    void lose()
    {
        m_lost = true;
        m_seals.clear();
        // The glyph atlas still has its pixels; its textures are made again from them.
        for (ImTextureData* texture : ImGui::GetPlatformIO().Textures) {
            if (texture->Status == ImTextureStatus_OK || texture->Status == ImTextureStatus_WantUpdates) {
                texture->SetTexID(ImTextureID_Invalid);
                texture->SetStatus(ImTextureStatus_WantCreate);
            }
        }
    }

    void restore()
    {
        create_all();
        if (m_restored != nullptr) m_restored(m_user);
    }

    void draw_list(const ImDrawList& list, FrameSize size)
    {
        glBufferData(GL_ARRAY_BUFFER, list.VtxBuffer.size_in_bytes(), list.VtxBuffer.Data, GL_STREAM_DRAW);
        glBufferData(GL_ELEMENT_ARRAY_BUFFER, list.IdxBuffer.size_in_bytes(), list.IdxBuffer.Data, GL_STREAM_DRAW);
        for (const ImDrawCmd& command : list.CmdBuffer) {
            if (command.ElemCount == 0 || command.UserCallback != nullptr) continue;
            const int left = static_cast<int>(command.ClipRect.x);
            const int top = static_cast<int>(command.ClipRect.y);
            const int right = static_cast<int>(command.ClipRect.z);
            const int bottom = static_cast<int>(command.ClipRect.w);
            if (right <= left || bottom <= top) continue;
            glScissor(left, size.height - bottom, right - left, bottom - top);
            glBindTexture(GL_TEXTURE_2D, static_cast<GLuint>(command.GetTexID()));
            const GLenum kind = sizeof(ImDrawIdx) == 2 ? GL_UNSIGNED_SHORT : GL_UNSIGNED_INT;
            glDrawElements(GL_TRIANGLES, static_cast<GLsizei>(command.ElemCount), kind,
                           reinterpret_cast<const void*>(static_cast<std::uintptr_t>(command.IdxOffset) * sizeof(ImDrawIdx)));
        }
    }

    void update(ImTextureData& texture)
    {
        glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
        if (texture.Status == ImTextureStatus_WantCreate) {
            GLuint name = 0;
            glGenTextures(1, &name);
            glBindTexture(GL_TEXTURE_2D, name);
            set_sampling(GL_LINEAR);
            glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, texture.Width, texture.Height, 0, GL_RGBA, GL_UNSIGNED_BYTE, texture.GetPixels());
            texture.SetTexID(name);
            texture.SetStatus(ImTextureStatus_OK);
        } else if (texture.Status == ImTextureStatus_WantUpdates) {
            glBindTexture(GL_TEXTURE_2D, static_cast<GLuint>(texture.TexID));
            glPixelStorei(GL_UNPACK_ROW_LENGTH, texture.Width);
            for (const ImTextureRect& r : texture.Updates) {
                glTexSubImage2D(GL_TEXTURE_2D, 0, r.x, r.y, r.w, r.h, GL_RGBA, GL_UNSIGNED_BYTE, texture.GetPixelsAt(r.x, r.y));
            }
            glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
            texture.SetStatus(ImTextureStatus_OK);
        } else if (texture.Status == ImTextureStatus_WantDestroy && texture.UnusedFrames > 0) {
            const auto name = static_cast<GLuint>(texture.TexID);
            glDeleteTextures(1, &name);
            texture.SetTexID(ImTextureID_Invalid);
            texture.SetStatus(ImTextureStatus_Destroyed);
        }
    }

    static void set_sampling(GLint minify)
    {
        glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, minify);
        glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
        glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
        glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
    }

    GLuint draw_seal(base::ByteView fingerprint)
    {
        GLuint texture = 0;
        glGenTextures(1, &texture);
        glBindTexture(GL_TEXTURE_2D, texture);
        glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, kSealSize, kSealSize, 0, GL_RGBA, GL_UNSIGNED_BYTE, nullptr);
        set_sampling(GL_LINEAR_MIPMAP_LINEAR);
        GLuint frame = 0;
        glGenFramebuffers(1, &frame);
        glBindFramebuffer(GL_FRAMEBUFFER, frame);
        glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
        glViewport(0, 0, kSealSize, kSealSize);
        glDisable(GL_BLEND);
        glDisable(GL_SCISSOR_TEST);
        glUseProgram(m_seal_program);
        std::array<float, kSealBytes> values{};
        for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(fingerprint[i]) / 255.0f;
        glUniform1fv(glGetUniformLocation(m_seal_program, "fingerprint"), static_cast<GLsizei>(values.size()), values.data());
        const auto wax = wax_colour(seal_traits(fingerprint).wax);
        glUniform3f(glGetUniformLocation(m_seal_program, "wax"), wax[0], wax[1], wax[2]);
        glUniform1f(glGetUniformLocation(m_seal_program, "pixel"), 2.0f / static_cast<float>(kSealSize));
        glBindVertexArray(m_no_vertices);
        glDrawArrays(GL_TRIANGLES, 0, 3);
        glBindFramebuffer(GL_FRAMEBUFFER, 0);
        glDeleteFramebuffers(1, &frame);
        glBindTexture(GL_TEXTURE_2D, texture);
        glGenerateMipmap(GL_TEXTURE_2D);
        return texture;
    }

    EMSCRIPTEN_WEBGL_CONTEXT_HANDLE m_context;
    void (*m_restored)(void*);
    void* m_user;
    bool m_lost = false;
    GLuint m_program = 0;
    GLuint m_seal_program = 0;
    GLint m_frame_size = -1;
    GLuint m_vertices_array = 0;
    GLuint m_no_vertices = 0;
    GLuint m_vertices = 0;
    GLuint m_indices = 0;
    std::unordered_map<std::string, GLuint> m_seals;
};

}  // namespace

std::unique_ptr<Device> create_webgl_device(const char* canvas_selector, void (*restored)(void* user), void* user)
{
    EmscriptenWebGLContextAttributes attributes;
    emscripten_webgl_init_context_attributes(&attributes);
    attributes.majorVersion = 2;
    attributes.alpha = false;
    attributes.depth = false;
    attributes.stencil = false;
    attributes.antialias = false;
    attributes.premultipliedAlpha = true;
    attributes.preserveDrawingBuffer = false;
    attributes.powerPreference = EM_WEBGL_POWER_PREFERENCE_LOW_POWER;
    const EMSCRIPTEN_WEBGL_CONTEXT_HANDLE context = emscripten_webgl_create_context(canvas_selector, &attributes);
    if (context <= 0) return nullptr;
    return std::make_unique<WebGlDevice>(canvas_selector, context, restored, user);
}

}  // namespace sinetti::gfx
