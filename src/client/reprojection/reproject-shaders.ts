/** Vertex shader of one triangle that covers the whole viewport. `place` is -1 to 1, upward. */
export const COVER_VERTEX = `#version 300 es
out vec2 place;
void main() {
	place = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0;
	gl_Position = vec4(place, 0.0, 1.0);
}`;

/**
 * Part of a fragment shader: `colorTowards`, a picture's colour in a direction. `placeOnPlane` and
 * `pictureAxes` for each pixel; `pictureUniforms` has the uniforms. Beyond the picture's edges its
 * surround is seen, as in `surroundPlace`; without one, the picture goes on in its blurred border
 * colours.
 */
export const PICTURE_GLSL = `precision highp float;
uniform sampler2D picture;
uniform sampler2D blurred;
uniform vec2 pictureForm;
// Across and down.
uniform vec2 gaze;
uniform vec2 strength;
uniform vec2 from;
uniform vec2 span;
// The view's rows as shares of the picture's: the first edge, their extent, and the middles of
// the first and the last row.
uniform vec4 rows;
// The same of the blurred picture: the first edge and the extent.
uniform vec2 blurredRows;
// Pixels of a tile of the surround, tiles of a face; 0: there is none.
uniform vec3 tile;
// The picture's pixels, and the surround's first row.
uniform vec3 size;
float squeezed(float d, float a) {
	float power = a * d * a * d;
	power *= power;
	return power < 1e-3 ? d : sign(d) * sqrt(sqrt(asinh(power))) / a;
}
vec2 surroundPlace(vec3 ray) {
	vec3 size3 = abs(ray);
	float face;
	vec3 seen; // to the right, downward, forward
	if (size3.x >= size3.y && size3.x >= size3.z) {
		face = ray.x > 0.0 ? 1.0 : 3.0;
		seen = ray.x > 0.0 ? vec3(ray.z, -ray.y, ray.x) : vec3(-ray.z, -ray.y, -ray.x);
	} else if (size3.y >= size3.z) {
		face = ray.y > 0.0 ? 4.0 : 5.0;
		seen = ray.y > 0.0 ? vec3(ray.x, -ray.z, ray.y) : vec3(ray.x, ray.z, -ray.y);
	} else {
		face = ray.z < 0.0 ? 0.0 : 2.0;
		seen = ray.z < 0.0 ? vec3(ray.x, -ray.y, -ray.z) : vec3(-ray.x, -ray.y, ray.z);
	}
	vec2 onFace = 0.5 + atan(seen.xy / seen.z) * 0.63661977;
	float below = onFace.y * tile.z;
	float cut = min(tile.z - 1.0, floor(below));
	return vec2((face * tile.z + cut) * tile.x, size.z) + 2.0 + vec2(onFace.x, below - cut) * (tile.xy - 4.0);
}
vec3 colorTowards(vec3 inPictureAxes, vec3 inWorld) {
	vec3 d = inPictureAxes;
	float depth = (sqrt(dot(pictureForm, d.xy * d.xy) + d.z * d.z) - d.z) * 0.5;
	vec2 at = vec2(d.x, -d.y) / max(depth, 1e-6) - gaze;
	if (strength.x > 0.0) at.x = squeezed(at.x, strength.x);
	if (strength.y > 0.0) at.y = squeezed(at.y, strength.y);
	vec2 q = (at - from) / span;
	vec2 inView = clamp(q, 0.0, 1.0);
	vec3 seen = texture(picture, vec2(inView.x, clamp(rows.x + inView.y * rows.y, rows.z, rows.w))).rgb;
	vec2 beyond = abs(q - 0.5);
	float outside = smoothstep(0.49, 0.5, max(beyond.x, beyond.y));
	if (outside == 0.0) return seen;
	vec3 around = tile.z > 0.0
		? texture(picture, surroundPlace(inWorld) / size.xy).rgb
		: texture(blurred, vec2(inView.x, blurredRows.x + inView.y * blurredRows.y)).rgb;
	return mix(seen, around, outside);
}`;

/** Fragment shader of a window: `placeInPicture` for each pixel. Forms are lenses' `LENS_FORM`. */
export const REPROJECT_FRAGMENT = `#version 300 es
${PICTURE_GLSL}
uniform vec2 windowForm;
uniform vec2 windowHalf;
uniform mat3 pictureFromWindow;
uniform mat3 worldFromWindow;
in vec2 place;
out vec4 color;
void main() {
	vec2 p = place * windowHalf;
	vec3 ray = vec3(p, dot(windowForm, p * p) * 0.25 - 1.0);
	color = vec4(colorTowards(pictureFromWindow * ray, worldFromWindow * ray), 1.0);
}`;

/**
 * Fragment shader of the blurred picture, a few dozen pixels wide: each is the mean of what lies
 * around it in the picture, by 4 x 4 samples. Both have their first row at the top.
 */
export const BLUR_FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D picture;
uniform vec2 reach;
uniform float rows;
in vec2 place;
out vec4 color;
void main() {
	vec2 middle = place * 0.5 + 0.5;
	vec3 sum = vec3(0.0);
	for (int i = 0; i < 16; i++) {
		vec2 offset = (vec2(i & 3, i >> 2) - 1.5) / 1.5;
		vec2 at = clamp(middle + offset * reach, 0.0, 1.0);
		sum += texture(picture, vec2(at.x, at.y * rows)).rgb;
	}
	color = vec4(sum / 16.0, 1.0);
}`;
