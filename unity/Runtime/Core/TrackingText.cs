using System;
using System.Text;

namespace Panogaze
{
    /// <summary>The JSON of a head pose: for servers that don't take the binary form, and until the server has said which it takes.</summary>
    public static class TrackingText
    {
        /// <returns>null if the frame is no head with a finite pose.</returns>
        public static string EncodeHead(TrackingFrame frame)
        {
            if (frame.Kind != FrameKind.Head || frame.BoneCount != 1 || !frame.IsSendable(0) || !TrackingFrame.IsFinite(frame.ClientTimeMs)) return null;
            var text = new StringBuilder("{\"type\":\"head\",\"s\":", 160);
            text.Append(Json.Number(frame.Stream)).Append(",\"n\":").Append(Json.Number(frame.Sequence));
            text.Append(",\"t\":").Append(Json.Number(Rounded(frame.ClientTimeMs, 100)));
            if (frame.HasSeen) text.Append(",\"seen\":").Append(Json.Number(frame.SeenRtp));
            if (frame.PositionTracked) AppendList(text, "p", frame.Positions, 3, 1);
            AppendList(text, "q", frame.Rotations, 4, 1 / Math.Sqrt(frame.SquareOf(0)));
            if (frame.HasVelocity && AreFinite(frame.LinearVelocities) && AreFinite(frame.AngularVelocities))
            {
                AppendList(text, "v", frame.LinearVelocities, 3, 1);
                AppendList(text, "w", frame.AngularVelocities, 3, 1);
            }
            if (TrackingFrame.IsFinite(frame.HorizontalFovDeg))
            {
                text.Append(",\"fov\":[").Append(Json.Number(Rounded(frame.HorizontalFovDeg, 1000)));
                if (TrackingFrame.IsFinite(frame.VerticalFovDeg)) text.Append(',').Append(Json.Number(Rounded(frame.VerticalFovDeg, 1000)));
                text.Append(']');
            }
            return text.Append('}').ToString();
        }

        /// <summary>A millionth of a metre, or 1e-6 of a quaternion's part (0.0001 degrees), is far below what any tracker resolves.</summary>
        private static void AppendList(StringBuilder text, string name, float[] numbers, int count, double scale)
        {
            text.Append(",\"").Append(name).Append("\":[");
            for (int index = 0; index < count; index++)
            {
                if (index > 0) text.Append(',');
                text.Append(Json.Number(Rounded(numbers[index] * scale, 1e6)));
            }
            text.Append(']');
        }

        private static bool AreFinite(float[] vector)
        {
            return TrackingFrame.IsFinite((double)vector[0] + vector[1] + vector[2]);
        }

        private static double Rounded(double value, double perUnit)
        {
            return Math.Floor(value * perUnit + 0.5) / perUnit;
        }
    }
}
