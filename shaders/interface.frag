#version 300 es
precision mediump float;
uniform sampler2D atlas;
in vec2 texture_coordinate;
in vec4 colour;
out vec4 fragment;

void main()
{
    fragment = colour * texture(atlas, texture_coordinate);
}
