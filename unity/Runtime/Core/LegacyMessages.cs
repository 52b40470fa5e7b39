using System;

namespace Panogaze
{
    /// <summary>What XRT-Client sends, for servers that speak only that: the texts of its camera channel and the bytes of its body_pose channel.</summary>
    public sealed class LegacyMessages
    {
        private const int CountBytes = 4;
        private const int BoneBytes = 32;

        /// <summary>The last body_pose message, from its first byte on.</summary>
        public readonly byte[] Buffer = new byte[CountBytes + TrackingFrame.MaxBones * BoneBytes];

        /// <summary>Camera: degrees; yaw is Unity's eulerAngles.y, pitch minus its x, roll its z.</summary>
        /// <returns>null if the frame is no head with a finite pose.</returns>
        public static string EncodeCamera(TrackingFrame head, double fovDeg)
        {
            if (head.Kind != FrameKind.Head || head.BoneCount != 1 || !head.IsSendable(0)) return null;
            double x, y, z;
            double scale = 1 / Math.Sqrt(head.SquareOf(0));
            UnityAxes.EulerAnglesFromWorld(
                head.Rotations[0] * scale, head.Rotations[1] * scale, head.Rotations[2] * scale, head.Rotations[3] * scale, out x, out y, out z);
            return "{\"yaw\":" + Json.Number(Rounded(y)) + ",\"pitch\":" + Json.Number(Rounded(-x)) + ",\"roll\":" + Json.Number(Rounded(z))
                + ",\"fov_x\":" + Json.Number(Rounded(fovDeg)) + "}";
        }

        /// <summary>Body: int32 count, then of each tracked bone int32 id, float32 position and rotation in Unity's axes, little endian.</summary>
        /// <returns>Its length in Buffer; 0 if the frame is no skeleton in the tracking space.</returns>
        public int EncodeBody(TrackingFrame frame)
        {
            if (frame.Kind != FrameKind.Skeleton || frame.ParentSpace) return 0;
            int at = CountBytes;
            uint count = 0;
            for (int bone = 0; bone < frame.BoneCount; bone++)
            {
                if (!frame.IsSendable(bone)) continue;
                count++;
                LittleEndian.WriteUInt32(Buffer, at, (uint)bone);
                LittleEndian.WriteSingle(Buffer, at + 4, frame.Positions[bone * 3]);
                LittleEndian.WriteSingle(Buffer, at + 8, frame.Positions[bone * 3 + 1]);
                LittleEndian.WriteSingle(Buffer, at + 12, -frame.Positions[bone * 3 + 2]);
                LittleEndian.WriteSingle(Buffer, at + 16, -frame.Rotations[bone * 4]);
                LittleEndian.WriteSingle(Buffer, at + 20, -frame.Rotations[bone * 4 + 1]);
                LittleEndian.WriteSingle(Buffer, at + 24, frame.Rotations[bone * 4 + 2]);
                LittleEndian.WriteSingle(Buffer, at + 28, frame.Rotations[bone * 4 + 3]);
                at += BoneBytes;
            }
            LittleEndian.WriteUInt32(Buffer, 0, count);
            return at;
        }

        private static double Rounded(double deg)
        {
            return Math.Floor(deg * 1e4 + 0.5) / 1e4;
        }
    }
}
