using System;

namespace Panogaze
{
    /// <summary>Where a picture of the stream belongs: turned as it was drawn, as large as its field of view. All in Unity's axes.</summary>
    public struct PanoramaQuad
    {
        /// <summary>Rotation of the quad about the eye, relative to the tracking space.</summary>
        public float Qx, Qy, Qz, Qw;
        /// <summary>Width and height of the quad at a distance of 1.</summary>
        public float Width, Height;

        /// <param name="recenterYawDeg">What the client has told by recenter, 0 if nothing: the picture's orientation includes it, the tracking space does not.</param>
        /// <param name="aspect">Width of one eye's picture, divided by its height.</param>
        public static PanoramaQuad From(FrameMessage message, double recenterYawDeg, double aspect)
        {
            // worldFromView = Ry(-yaw) * trackingFromView, so that Ry(yaw) leads back.
            double half = recenterYawDeg * (Math.PI / 360);
            double x = message.Qx, y = message.Qy, z = message.Qz, w = message.Qw;
            SkeletonSpace.Multiply(0, Math.Sin(half), 0, Math.Cos(half), ref x, ref y, ref z, ref w);
            double length = Math.Sqrt(x * x + y * y + z * z + w * w);
            double width = 2 * Math.Tan(message.FovDeg * (Math.PI / 360));
            if (!(length > 0)) return new PanoramaQuad { Qw = 1, Width = (float)width, Height = (float)(width / aspect) };
            return new PanoramaQuad
            {
                Qx = (float)(-x / length),
                Qy = (float)(-y / length),
                Qz = (float)(z / length),
                Qw = (float)(w / length),
                Width = (float)width,
                Height = (float)(width / aspect),
            };
        }
    }
}
