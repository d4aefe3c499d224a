#include "relay/static_files.h"

#include "crypto/hash.h"

#include <array>
#include <fstream>
#include <iterator>

namespace sinetti::relay {

using base::Unexpected;

namespace {

constexpr std::uintmax_t kFileSizeMax = 64u << 20;    // bytes
constexpr std::uintmax_t kFilesSizeMax = 256u << 20;  // bytes, all of them

constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kContentTypes{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".wasm", "application/wasm"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".webp", "image/webp"},
    {".woff2", "font/woff2"},
    {".ttf", "font/ttf"},
    {".otf", "font/otf"},
    {".txt", "text/plain; charset=utf-8"},
    {".map", "application/json"},
}};

std::string_view content_type_of(const std::filesystem::path& path)
{
    const auto extension = path.extension().string();
    for (const auto& [known, type] : kContentTypes) {
        if (extension == known) return type;
    }
    return "application/octet-stream";
}

std::string etag_of(const std::string& bytes)
{
    const auto digest = crypto::sha256(base::view_of(bytes));
    return '"' + base::to_hex(base::ByteView(digest).first(16)) + '"';
}

std::optional<std::string> read_file(const std::filesystem::path& path)
{
    std::ifstream stream(path, std::ios::binary);
    if (!stream) return {};
    std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    if (stream.bad()) return {};
    return bytes;
}

}  // namespace

base::Result<StaticFiles, std::string> StaticFiles::load(const std::filesystem::path& directory)
{
    std::error_code error;
    if (!std::filesystem::is_directory(directory, error)) return Unexpected(directory.string() + " is not a folder; build the app first");
    StaticFiles files;
    std::map<std::string, std::string> compressed;
    std::uintmax_t total = 0;
    for (auto entry = std::filesystem::recursive_directory_iterator(directory, error);
         !error && entry != std::filesystem::recursive_directory_iterator(); entry.increment(error)) {
        std::error_code ignored;
        if (!entry->is_regular_file(ignored)) continue;
        const auto size = entry->file_size(ignored);
        total += size;
        if (size > kFileSizeMax || total > kFilesSizeMax) return Unexpected(entry->path().string() + " is too large to be part of the app");
        auto bytes = read_file(entry->path());
        if (!bytes) return Unexpected("cannot read " + entry->path().string());
        auto name = "/" + std::filesystem::relative(entry->path(), directory, ignored).generic_string();
        if (entry->path().extension() == ".br") {
            compressed.emplace(name.substr(0, name.size() - 3), std::move(*bytes));
            continue;
        }
        StaticFile file;
        file.content_type = content_type_of(entry->path());
        file.etag = etag_of(*bytes);
        file.bytes = std::move(*bytes);
        files.m_files.emplace(std::move(name), std::move(file));
    }
    if (error) return Unexpected("cannot read " + directory.string() + ": " + error.message());
    for (auto& [name, bytes] : compressed) {
        const auto file = files.m_files.find(name);
        if (file == files.m_files.end()) continue;
        file->second.brotli_etag = etag_of(bytes);
        file->second.brotli = std::move(bytes);
    }
    if (!files.m_files.contains("/index.html")) return Unexpected(directory.string() + " has no index.html; build the app first");
    return files;
}

const StaticFile* StaticFiles::find(std::string_view target) const
{
    target = target.substr(0, target.find('?'));
    const auto found = m_files.find(target == "/" ? std::string_view("/index.html") : target);
    return found == m_files.end() ? nullptr : &found->second;
}

}  // namespace sinetti::relay
