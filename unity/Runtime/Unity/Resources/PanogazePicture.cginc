// A picture's colour in a direction: PictureGeometry.TryPlace and TrySurround for each pixel. HLSL that is GLSL too, but for the names of its types: the
// project's tests compile it as both. Vectors with a 0 are the left eye's, with a 1 the right eye's.
uniform sampler2D _MainTex;
uniform float4 _EyeFromPicture0;
uniform float4 _EyeFromPicture1;
uniform float4 _Span0;
uniform float4 _Span1;
uniform float4 _Rows0;
uniform float4 _Rows1;
uniform float4 _WorldFromPicture;
uniform float4 _Foveation;
uniform float4 _Tile;
uniform float4 _Size;

float3 PanogazeTurned(float4 q, float3 v)
{
    float3 t = 2.0 * cross(q.xyz, v);
    return v + q.w * t + cross(q.xyz, t);
}

float PanogazeSqueezed(float d, float a)
{
    float power = a * d * a * d;
    power = power * power;
    if (power < 0.001) return d;
    // HLSL has no asinh.
    return sign(d) * sqrt(sqrt(log(power + sqrt(power * power + 1.0)))) / a;
}

// Shares of the picture, from its upper left corner.
float2 PanogazeSurround(float3 ray)
{
    float3 size3 = abs(ray);
    float face = ray.z < 0.0 ? 0.0 : 2.0;
    float3 seen = ray.z < 0.0 ? float3(ray.x, -ray.y, size3.z) : float3(-ray.x, -ray.y, size3.z);
    if (size3.x >= size3.y && size3.x >= size3.z)
    {
        face = ray.x > 0.0 ? 1.0 : 3.0;
        seen = ray.x > 0.0 ? float3(ray.z, -ray.y, size3.x) : float3(-ray.z, -ray.y, size3.x);
    }
    else if (size3.y >= size3.z)
    {
        face = ray.y > 0.0 ? 4.0 : 5.0;
        seen = ray.y > 0.0 ? float3(ray.x, -ray.z, size3.y) : float3(ray.x, ray.z, size3.y);
    }
    float2 onFace = 0.5 + atan(seen.xy / seen.z) * 0.63661977;
    float below = onFace.y * _Tile.z;
    float cut = min(_Tile.z - 1.0, floor(below));
    float2 at = float2((face * _Tile.z + cut) * _Tile.x, _Tile.w) + 2.0 + float2(onFace.x, below - cut) * (_Tile.xy - 4.0);
    return at / _Size.xy;
}

// The first row of a texture is the lowest one of its picture.
float3 PanogazeSample(float2 fromUpperLeft)
{
    return tex2Dlod(_MainTex, float4(fromUpperLeft.x, 1.0 - fromUpperLeft.y, 0.0, 0.0)).rgb;
}

float2 PanogazeInRows(float2 inView, float4 rows)
{
    return float2(inView.x, clamp(rows.x + inView.y * rows.y, rows.z, rows.w));
}

// ray: in the picture's axes, +X right, +Y up, -Z forward. eye: 0 the left one, 1 the right one.
float3 PanogazeColor(float3 ray, float eye)
{
    float4 span = eye < 0.5 ? _Span0 : _Span1;
    float4 rows = eye < 0.5 ? _Rows0 : _Rows1;
    float3 d = PanogazeTurned(eye < 0.5 ? _EyeFromPicture0 : _EyeFromPicture1, ray);
    float2 at = clamp(float2(d.x, -d.y) / max(-d.z, 0.000001), -10000.0, 10000.0) - _Foveation.xy;
    if (_Foveation.z > 0.0) at.x = PanogazeSqueezed(at.x, _Foveation.z);
    if (_Foveation.w > 0.0) at.y = PanogazeSqueezed(at.y, _Foveation.w);
    float2 q = (at - span.xy) / span.zw;
    float2 inView = clamp(q, 0.0, 1.0);
    float3 seen = PanogazeSample(PanogazeInRows(inView, rows));
    float2 beyond = abs(q - 0.5);
    float outside = smoothstep(0.49, 0.5, max(beyond.x, beyond.y));
    if (outside == 0.0) return seen;
    float3 around = float3(0.0, 0.0, 0.0);
    if (_Tile.z > 0.0) around = PanogazeSample(PanogazeSurround(PanogazeTurned(_WorldFromPicture, ray)));
    else
    {
        // Without a surround the picture goes on in its blurred border colours.
        for (int i = 0; i < 16; i++)
        {
            float2 offset = float2(fmod(float(i), 4.0), floor(float(i) / 4.0)) - 1.5;
            around += PanogazeSample(PanogazeInRows(clamp(inView + offset * 0.04, 0.0, 1.0), rows)) / 16.0;
        }
    }
    return lerp(seen, around, outside);
}
