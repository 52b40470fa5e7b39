/**
 * Part of a vertex shader: the place of a point of an eye's axes. `form` is a lens's `LENS_FORM`,
 * and flat for the eyes of a headset. The place by a round lens is that of `placeOnPlane`; `seen`
 * is false for the point behind the viewer, which such a lens spreads over everything.
 */
const PROJECT_GLSL = `
uniform mat4 eyeFromSpace;
// Scale across and upward, and the shift by depth.
uniform vec4 projection;
uniform vec2 depthTerms;
uniform vec2 form;
uniform vec2 viewport;
const float NEAR = 0.02;
vec3 inEye(vec3 inSpace) {
	return (eyeFromSpace * vec4(inSpace, 1.0)).xyz;
}
bool isRound() {
	return form.x + form.y > 0.0;
}
float depthOf(vec3 p) {
	return (sqrt(dot(form, p.xy * p.xy) + p.z * p.z) - p.z) * 0.5;
}
bool seen(vec3 p) {
	return isRound() ? depthOf(p) > 0.004 * length(p) : p.z < -NEAR;
}
vec4 project(vec3 p) {
	if (!isRound())
		return vec4(p.xy * projection.xy + p.z * projection.zw, p.z * depthTerms.x + depthTerms.y, -p.z);
	float depth = depthOf(p);
	return vec4(p.xy * projection.xy, depth * (1.0 - 2.0 * NEAR / max(length(p), NEAR)), depth);
}
const vec4 NOWHERE = vec4(2.0, 2.0, 2.0, 1.0);`;

/** Vertex shader of lines: a rectangle of `width` pixels along each. */
export const LINE_VERTEX = `#version 300 es
${PROJECT_GLSL}
layout(location = 0) in vec3 from;
layout(location = 1) in vec3 to;
layout(location = 2) in vec4 tint;
layout(location = 3) in float width;
uniform float pixels;
out vec4 shade;
void main() {
	shade = tint;
	vec3 a = inEye(from);
	vec3 b = inEye(to);
	gl_Position = NOWHERE;
	if (isRound() ? !(seen(a) && seen(b)) : !(seen(a) || seen(b))) return;
	// The part of a line that is before a flat eye.
	if (!seen(a)) a = mix(b, a, (b.z + NEAR * 1.01) / (b.z - a.z));
	if (!seen(b)) b = mix(a, b, (a.z + NEAR * 1.01) / (a.z - b.z));
	vec4 begin = project(a);
	vec4 end = project(b);
	vec2 way = (end.xy / end.w - begin.xy / begin.w) * viewport;
	vec2 along = length(way) > 1e-4 ? normalize(way) : vec2(1.0, 0.0);
	float side = float(gl_VertexID & 1) * 2.0 - 1.0;
	float ahead = float(gl_VertexID >> 1) * 2.0 - 1.0;
	vec4 corner = ahead < 0.0 ? begin : end;
	vec2 offset = vec2(-along.y, along.x) * side + along * ahead * 0.3;
	corner.xy += offset * max(width * pixels, 1.0) / viewport * corner.w;
	gl_Position = corner;
}`;

/** Fragment shader of lines. Colours are premultiplied. */
export const LINE_FRAGMENT = `#version 300 es
precision mediump float;
in vec4 shade;
out vec4 color;
void main() {
	color = vec4(shade.rgb, 1.0) * shade.a;
}`;

/** Vertex shader of points: a square of `size` pixels around each. */
export const POINT_VERTEX = `#version 300 es
${PROJECT_GLSL}
layout(location = 0) in vec3 at;
layout(location = 1) in vec4 tint;
layout(location = 2) in float size;
uniform float pixels;
out vec4 shade;
out vec2 inPoint;
out float edge;
void main() {
	shade = tint;
	inPoint = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
	float across = max(size * pixels, 2.0);
	edge = 2.0 / across;
	vec3 p = inEye(at);
	gl_Position = NOWHERE;
	if (!seen(p)) return;
	vec4 middle = project(p);
	middle.xy += inPoint * across / viewport * middle.w;
	gl_Position = middle;
}`;

/** Fragment shader of points, which are round. */
export const POINT_FRAGMENT = `#version 300 es
precision mediump float;
in vec4 shade;
in vec2 inPoint;
in float edge;
out vec4 color;
void main() {
	float inside = 1.0 - smoothstep(1.0 - edge, 1.0, length(inPoint));
	if (inside == 0.0) discard;
	color = vec4(shade.rgb, 1.0) * shade.a * inside;
}`;

/** Vertex shader of a label: a rectangle that faces the viewer. */
export const LABEL_VERTEX = `#version 300 es
${PROJECT_GLSL}
uniform vec3 at;
uniform vec2 size;
out vec2 inTexture;
void main() {
	vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
	inTexture = vec2(corner.x, 1.0 - corner.y);
	vec3 p = inEye(at);
	gl_Position = NOWHERE;
	if (!seen(p)) return;
	vec4 middle = project(p);
	middle.xy += (corner * 2.0 - 1.0) * size / viewport * middle.w;
	gl_Position = middle;
}`;

/** Fragment shader of a label, whose texture is premultiplied. */
export const LABEL_FRAGMENT = `#version 300 es
precision mediump float;
uniform sampler2D label;
in vec2 inTexture;
out vec4 color;
void main() {
	color = texture(label, inTexture);
}`;

/** Vertex shader of solids, each with its own matrix and colour. */
export const SOLID_VERTEX = `#version 300 es
${PROJECT_GLSL}
layout(location = 0) in vec3 place;
layout(location = 1) in vec3 normal;
layout(location = 2) in mat4 spaceFromSolid;
layout(location = 6) in vec4 tint;
out vec4 shade;
out vec3 inEyeAxes;
void main() {
	vec3 p = inEye((spaceFromSolid * vec4(place, 1.0)).xyz);
	mat3 m = mat3(spaceFromSolid);
	vec3 squares = max(vec3(dot(m[0], m[0]), dot(m[1], m[1]), dot(m[2], m[2])), 1e-12);
	vec3 n = normalize(mat3(eyeFromSpace) * (m * (normal / squares)));
	float light = 0.55 + 0.45 * abs(dot(n, normalize(p)));
	shade = vec4(tint.rgb * light, tint.a);
	inEyeAxes = p;
	gl_Position = project(p);
}`;

/** Fragment shader of solids. A triangle around the point behind the viewer is left out. */
export const SOLID_FRAGMENT = `#version 300 es
precision highp float;
uniform highp vec2 form;
in vec4 shade;
in vec3 inEyeAxes;
out vec4 color;
void main() {
	vec3 p = inEyeAxes;
	float depth = (sqrt(dot(form, p.xy * p.xy) + p.z * p.z) - p.z) * 0.5;
	if (form.x + form.y > 0.0 && depth < 0.01 * length(p)) discard;
	color = vec4(shade.rgb, 1.0) * shade.a;
}`;
