#version 300 es
// A wax seal drawn from a fingerprint: poured wax, the scalloped print of a stamp, a woven band and a flower in the middle.
// It is a height field lit from the upper left. fingerprint holds 16 bytes as 0..1. The result has straight alpha.
precision highp float;
uniform float fingerprint[16];
uniform vec3 wax;
uniform float pixel;        // the side of one pixel, in units where the picture spans -1..1
in vec2 place;
out vec4 fragment;

const float kTurn = 6.28318531;

float choice(float value, float count)
{
    return floor(min(value, 0.9999) * count);
}

// How far the wax ran in this direction: three slow waves around a circle.
float rim(float angle)
{
    return 0.885 + 0.022 * sin(3.0 * angle + fingerprint[0] * kTurn) + 0.016 * sin(5.0 * angle + fingerprint[1] * kTurn)
        + 0.010 * sin(8.0 * angle + fingerprint[2] * kTurn);
}

// Engraved threads: rings that wander in and out around the centre.
float threads(float radius, float angle, float rings, float waves, float reach, float phase, float twist)
{
    float along = rings * (radius + reach * sin(waves * angle + phase + twist * radius));
    return smoothstep(0.50, 0.92, abs(fract(along) - 0.5) * 2.0);
}

float height(vec2 p)
{
    float radius = length(p);
    float angle = atan(p.y, p.x);
    float poured = sqrt(smoothstep(0.0, 0.17, rim(angle) - radius)) * 0.105;

    float lobes = 10.0 + 2.0 * choice(fingerprint[3], 6.0);
    float stamp = smoothstep(-0.022, 0.022, 0.665 + 0.012 * cos(lobes * angle) - radius);
    float level = mix(poured, 0.040, stamp);
    level += 0.010 * stamp * smoothstep(0.010, 0.0, abs(radius - 0.605));

    float waves = 6.0 + choice(fingerprint[4], 9.0);
    float rings = 7.0 + choice(fingerprint[6], 4.0);
    float reach = 0.030 + 0.040 * fingerprint[7];
    float twist = (fingerprint[9] - 0.5) * 8.0;
    float phase = fingerprint[8] * kTurn;
    float band = smoothstep(0.58, 0.565, radius) * smoothstep(0.275, 0.29, radius);
    float one = threads(radius, angle, rings, waves, reach, phase, twist);
    float other = threads(radius, angle, rings, waves, reach, phase + 0.5 * kTurn, twist);
    level += 0.017 * band * max(one, other);

    float petals = 3.0 + choice(fingerprint[5], 7.0);
    float petal = 0.225 * (0.5 + 0.5 * abs(cos(0.5 * petals * angle + fingerprint[10] * kTurn)));
    level += 0.030 * smoothstep(0.012, -0.012, radius - petal) * (1.0 - 0.55 * clamp(radius / 0.23, 0.0, 1.0));
    level += 0.012 * smoothstep(0.012, 0.0, abs(radius - 0.258));
    level -= 0.016 * smoothstep(0.045, 0.030, radius);
    return level;
}

void main()
{
    vec2 p = place * 1.09;      // room for the shadow
    float step_size = 0.875 * pixel;
    float here = height(p);
    vec2 slope = vec2(height(p + vec2(step_size, 0.0)) - height(p - vec2(step_size, 0.0)),
                      height(p + vec2(0.0, step_size)) - height(p - vec2(0.0, step_size))) / (2.0 * step_size);
    vec3 normal = normalize(vec3(-1.15 * slope, 1.0));
    vec3 light = normalize(vec3(-0.45, 0.62, 0.78));
    float diffuse = max(dot(normal, light), 0.0);
    float gloss = pow(max(reflect(-light, normal).z, 0.0), 22.0);
    vec3 lit = (wax * (0.42 + 0.74 * diffuse) + vec3(1.0, 0.93, 0.86) * gloss * 0.26) * (0.86 + 1.5 * here);

    float edge = rim(atan(p.y, p.x));
    float cover = smoothstep(0.0, 1.5 * pixel, edge - length(p));
    float shade = 0.26 * smoothstep(0.11, -0.03, length(p - vec2(0.012, -0.035)) - edge) * (1.0 - cover);
    float alpha = cover + shade;
    vec3 mixed = lit * cover + vec3(0.12, 0.08, 0.05) * shade;
    fragment = vec4(mixed / max(alpha, 0.001), alpha);
}
