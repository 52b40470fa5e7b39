/** Vertex shader of one triangle that covers the whole viewport. `place` is -1 to 1, upward. */
export const COVER_VERTEX = `#version 300 es
out vec2 place;
void main() {
	place = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0;
	gl_Position = vec4(place, 0.0, 1.0);
}`;

/**
 * Fragment shader of a window: `placeInPicture` for each pixel. A form is the lens's `LENS_FORM`, a
 * half the view's half width and height. Beyond its edges the picture goes on in its blurred border
 * colours.
 */
export const REPROJECT_FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D picture;
uniform sampler2D blurred;
uniform vec2 windowForm;
uniform vec2 windowHalf;
uniform vec2 pictureForm;
uniform vec2 pictureHalf;
uniform mat3 pictureFromWindow;
in vec2 place;
out vec4 color;
void main() {
	vec2 p = place * windowHalf;
	vec3 d = pictureFromWindow * vec3(p, dot(windowForm, p * p) * 0.25 - 1.0);
	float depth = (sqrt(dot(pictureForm, d.xy * d.xy) + d.z * d.z) - d.z) * 0.5;
	vec2 q = d.xy / (max(depth, 1e-6) * pictureHalf);
	vec2 inPicture = clamp(q, -1.0, 1.0) * vec2(0.5, -0.5) + 0.5;
	float beyond = max(abs(q.x), abs(q.y));
	color = vec4(texture(picture, inPicture).rgb, 1.0);
	if (beyond > 0.98) color.rgb = mix(color.rgb, texture(blurred, inPicture).rgb, smoothstep(0.98, 1.0, beyond));
}`;

/**
 * Fragment shader of the blurred picture, a few dozen pixels wide: each is the mean of what lies
 * around it in the picture, by 4 x 4 samples. Both have their first row at the top.
 */
export const BLUR_FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D picture;
uniform vec2 reach;
in vec2 place;
out vec4 color;
void main() {
	vec2 middle = place * 0.5 + 0.5;
	vec3 sum = vec3(0.0);
	for (int i = 0; i < 16; i++) {
		vec2 offset = (vec2(i & 3, i >> 2) - 1.5) / 1.5;
		sum += texture(picture, middle + offset * reach).rgb;
	}
	color = vec4(sum / 16.0, 1.0);
}`;
