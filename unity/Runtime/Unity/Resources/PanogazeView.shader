// The stream's picture, unlit, on the inside of a box around the head: in each direction what the server has drawn for that direction and that eye. In
// multi-pass, single-pass instanced and multiview stereo, in the built-in render pipeline and in URP.
Shader "Panogaze/View"
{
    Properties
    {
        _MainTex ("Picture", 2D) = "black" {}
    }
    SubShader
    {
        Tags { "RenderType" = "Opaque" "Queue" = "Geometry" "IgnoreProjector" = "True" }
        Pass
        {
            Cull Off
            Lighting Off

            CGPROGRAM
            #pragma target 3.0
            #pragma vertex vert
            #pragma fragment frag
            #pragma multi_compile_instancing
            #include "UnityCG.cginc"
            #include "PanogazePicture.cginc"

            struct Input
            {
                float4 vertex : POSITION;
                UNITY_VERTEX_INPUT_INSTANCE_ID
            };

            struct Varyings
            {
                float4 position : SV_POSITION;
                float3 ray : TEXCOORD0;
                UNITY_VERTEX_OUTPUT_STEREO
            };

            Varyings vert(Input input)
            {
                Varyings output;
                UNITY_SETUP_INSTANCE_ID(input);
                UNITY_INITIALIZE_OUTPUT(Varyings, output);
                UNITY_INITIALIZE_VERTEX_OUTPUT_STEREO(output);
                output.position = UnityObjectToClipPos(input.vertex);
                // The box is turned as the picture is. Unity's forward is +Z, the picture's -Z.
                output.ray = float3(input.vertex.xy, -input.vertex.z);
                return output;
            }

            fixed4 frag(Varyings input) : SV_Target
            {
                UNITY_SETUP_STEREO_EYE_INDEX_POST_VERTEX(input);
                return fixed4(PanogazeColor(input.ray, (float)unity_StereoEyeIndex), 1);
            }
            ENDCG
        }
    }
}
