#version 300 es
// ImGui's triangles: positions in device pixels from the top left.
precision highp float;
layout(location = 0) in vec2 position;
layout(location = 1) in vec2 coordinate;
layout(location = 2) in vec4 tint;
uniform vec2 frame_size;
out vec2 texture_coordinate;
out vec4 colour;

void main()
{
    texture_coordinate = coordinate;
    colour = tint;
    vec2 unit = position / frame_size * 2.0 - 1.0;
    gl_Position = vec4(unit.x, -unit.y, 0.0, 1.0);
}
