import { PICTURE_GLSL } from "../reprojection/reproject-shaders.ts";

// GLSL ES 3.00. Colours are premultiplied, as the compositor of an AR session wants
// them.

/**
 * Fragment shader of the video's picture: in each direction what the view of that eye shows there,
 * at infinity, wherever the eye has turned since. AR has a round window with a soft edge.
 */
export const PICTURE_FRAGMENT = `#version 300 es
${PICTURE_GLSL}
uniform mat3 pictureFromWorld;
uniform vec3 ahead;
uniform vec2 window;
uniform float brightness;
in vec3 direction;
out vec4 color;
void main() {
	float seen = 1.0;
	if (window.x > -1.0) seen = smoothstep(window.x, window.y, dot(normalize(direction), ahead));
	if (seen == 0.0) discard;
	color = vec4(colorTowards(pictureFromWorld * direction, direction) * brightness, 1.0) * seen;
}`;

/**
 * Vertex shader of the picture and of the grid, which lie at infinity: one triangle over the whole
 * viewport, with the direction of each pixel in the world.
 */
export const DIRECTION_VERTEX = `#version 300 es
uniform mat4 worldFromEye;
uniform vec4 projection;
out vec3 direction;
void main() {
	vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0;
	direction = mat3(worldFromEye) * vec3((corner + projection.zw) / projection.xy, -1.0);
	gl_Position = vec4(corner, 0.0, 1.0);
}`;

/**
 * Fragment shader of the grid, which fills the world where there is no picture: dark,
 * with a line every 30 degrees, so that a person sees which way is up and how the head
 * turns.
 */
export const GRID_FRAGMENT = `#version 300 es
precision highp float;
in vec3 direction;
out vec4 color;
float lines(float value, float width) {
	float cell = abs(fract(value - 0.5) - 0.5);
	return 1.0 - smoothstep(width * 0.5, width * 1.5, cell);
}
void main() {
	vec3 d = normalize(direction);
	float level = length(d.xz);
	float latitude = degrees(asin(clamp(d.y, -1.0, 1.0)));
	float longitude = degrees(atan(d.x, -d.z));
	// One screen pixel, in degrees; a derivative of the longitude itself would jump
	// where it wraps.
	float pixel = degrees(length(fwidth(d)));
	float around = lines(longitude / 30.0, (0.06 + pixel * 0.5) / 30.0 / max(level, 0.02));
	around *= smoothstep(0.08, 0.3, level);
	float up = lines(latitude / 30.0, (0.06 + pixel * 0.5) / 30.0);
	float line = max(around, up) * 0.16 + step(abs(latitude), 0.1 + pixel) * 0.12;
	vec3 ground = mix(vec3(0.035, 0.05, 0.065), vec3(0.012, 0.018, 0.026), smoothstep(-0.3, 0.6, d.y));
	color = vec4(ground + line * vec3(0.39, 0.9, 0.78), 1.0);
}`;

/** Vertex shader of spheres and rods, each with its own matrix and colour. */
export const SOLID_VERTEX = `#version 300 es
uniform mat4 clipFromWorld;
layout(location = 0) in vec3 place;
layout(location = 1) in vec3 normal;
layout(location = 2) in mat4 worldFromSolid;
layout(location = 6) in vec4 tint;
out vec3 shaded;
out float alpha;
void main() {
	mat3 m = mat3(worldFromSolid);
	vec3 squares = vec3(dot(m[0], m[0]), dot(m[1], m[1]), dot(m[2], m[2]));
	vec3 n = normalize(m * (normal / squares));
	shaded = tint.rgb * (0.62 + 0.38 * n.y);
	alpha = tint.a;
	gl_Position = clipFromWorld * worldFromSolid * vec4(place, 1.0);
}`;

/** Fragment shader of spheres and rods. */
export const SOLID_FRAGMENT = `#version 300 es
precision mediump float;
in vec3 shaded;
in float alpha;
out vec4 color;
void main() {
	color = vec4(shaded, 1.0) * alpha;
}`;

/** Vertex shader of the panel, a rectangle in the world. */
export const PANEL_VERTEX = `#version 300 es
uniform mat4 clipFromPanel;
out vec2 inTexture;
void main() {
	vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
	inTexture = vec2(corner.x, 1.0 - corner.y);
	gl_Position = clipFromPanel * vec4(corner - 0.5, 0.0, 1.0);
}`;

/** Fragment shader of the panel, whose texture is premultiplied. */
export const PANEL_FRAGMENT = `#version 300 es
precision mediump float;
uniform sampler2D panel;
in vec2 inTexture;
out vec4 color;
void main() {
	color = texture(panel, inTexture);
}`;

/** Fragment shader of a camera's picture, and of the label above it. */
export const CAMERA_FRAGMENT = `#version 300 es
precision mediump float;
uniform sampler2D panel;
uniform float strength;
in vec2 inTexture;
out vec4 color;
void main() {
	vec4 seen = texture(panel, inTexture);
	color = vec4(seen.rgb * strength, seen.a);
}`;
