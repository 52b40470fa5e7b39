using System;

namespace Panogaze
{
    /// <summary>The tables of the tracking channel's binary messages, version 1 (docs/protocol.md of the server).</summary>
    internal static class TrackingBinary
    {
        public const byte Magic = 0xb6;
        public const byte Version = 1;
        public const int HeaderBytes = 24;

        public const byte KindHead = 1;
        public const byte KindSkeletonF32 = 2;
        public const byte KindSkeletonQ16 = 3;
        public const byte KindController = 4;
        public const byte KindSkeletonLinked = 5;

        public const uint HighConfidence = 1;
        public const uint ParentSpace = 2;
        public const uint ValidityMask = 4;
        public const uint Velocity = 8;
        /// <summary>Of a head: the field of view follows. Of a controller: the pose in which it aims follows.</summary>
        public const uint Extra = 16;
        /// <summary>Of a head: it has no position, its bytes are 0.</summary>
        public const uint NoPosition = 32;
        /// <summary>The RTP time of the picture on the screen follows, behind all other parts.</summary>
        public const uint Seen = 64;

        /// <summary>Streams whose linked bones are remembered: as many as a server listens to.</summary>
        public const int MaxLinkedStreams = 16;

        public const int PoseBytes = 28;
        public const int QuantisedPoseBytes = 12;
        public const int OriginBytes = 12;
        public const int VelocityBytes = 24;
        public const int QuantisedVelocityBytes = 12;
        public const int FovBytes = 8;
        public const int SeenBytes = 4;

        /// <summary>Longest message: every bone with its velocity, and room for what later versions append.</summary>
        public const int MaxBytes = 8192;

        /// <summary>Steps of the quantised form: 0.1 mm, 1 mm/s, 1/500 rad/s.</summary>
        public const double PositionSteps = 10000;
        public const double VelocitySteps = 1000;
        public const double AngularSteps = 500;

        /// <summary>The three smallest parts of a quaternion lie within +-1/sqrt(2): 16383 steps either side of 0, which is exact.</summary>
        public const int RotationZero = 16383;
        public const double RotationStep = 0.70710678118654757 / RotationZero;
        public const int FifteenBits = 0x7fff;
        /// <summary>The largest of four parts is at least 1/2, so that three squares of others never exceed 3/4, but for the rounding of each.</summary>
        public const double MaxSquares = 0.7502;

        public static int MaskBytes(int bones)
        {
            return (bones + 31) / 32 * 4;
        }

        /// <summary>The nearest whole number, halves upwards: said exactly, since both ends test against the same bytes.</summary>
        public static int Nearest(double value)
        {
            return (int)Math.Floor(value + 0.5);
        }
    }
}
