// Written by scripts/build-unity-package.ts from scripts/skeletons.json.
// Not edited by hand; a test compares the two.
namespace Panogaze
{
    /// <summary>The table of the bones, by its number on the wire: Meta's own for the first six.</summary>
    public enum SkeletonType
    {
        /// <summary>No table.</summary>
        None = -1,
        HandLeft = 0,
        HandRight = 1,
        Body = 2,
        FullBody = 3,
        XRHandLeft = 4,
        XRHandRight = 5,
        PicoBody = 32,
        HtcBody = 33,
        WebXRHandLeft = 34,
        WebXRHandRight = 35,
        WebXRBody = 36,
    }

    public sealed partial class Skeleton
    {
        private static Skeleton[] MakeAll()
        {
            return new[]
            {
                new Skeleton(SkeletonType.HandLeft, "Hand_", new[]
                {
                    "WristRoot", "ForearmStub", "Thumb0", "Thumb1", "Thumb2", "Thumb3", "Index1", "Index2", "Index3", "Middle1", "Middle2",
                    "Middle3", "Ring1", "Ring2", "Ring3", "Pinky0", "Pinky1", "Pinky2", "Pinky3", "ThumbTip", "IndexTip", "MiddleTip",
                    "RingTip", "PinkyTip",
                }, new[]
                {
                    -1, 0, 0, 2, 3, 4, 0, 6, 7, 0, 9, 10, 0, 12, 13, 0, 15, 16, 17, 5, 8, 11, 14, 18,
                }),
                new Skeleton(SkeletonType.HandRight, "Hand_", new[]
                {
                    "WristRoot", "ForearmStub", "Thumb0", "Thumb1", "Thumb2", "Thumb3", "Index1", "Index2", "Index3", "Middle1", "Middle2",
                    "Middle3", "Ring1", "Ring2", "Ring3", "Pinky0", "Pinky1", "Pinky2", "Pinky3", "ThumbTip", "IndexTip", "MiddleTip",
                    "RingTip", "PinkyTip",
                }, new[]
                {
                    -1, 0, 0, 2, 3, 4, 0, 6, 7, 0, 9, 10, 0, 12, 13, 0, 15, 16, 17, 5, 8, 11, 14, 18,
                }),
                new Skeleton(SkeletonType.Body, "Body_", new[]
                {
                    "Root", "Hips", "SpineLower", "SpineMiddle", "SpineUpper", "Chest", "Neck", "Head", "LeftShoulder", "LeftScapula",
                    "LeftArmUpper", "LeftArmLower", "LeftHandWristTwist", "RightShoulder", "RightScapula", "RightArmUpper", "RightArmLower",
                    "RightHandWristTwist", "LeftHandPalm", "LeftHandWrist", "LeftHandThumbMetacarpal", "LeftHandThumbProximal",
                    "LeftHandThumbDistal", "LeftHandThumbTip", "LeftHandIndexMetacarpal", "LeftHandIndexProximal",
                    "LeftHandIndexIntermediate", "LeftHandIndexDistal", "LeftHandIndexTip", "LeftHandMiddleMetacarpal",
                    "LeftHandMiddleProximal", "LeftHandMiddleIntermediate", "LeftHandMiddleDistal", "LeftHandMiddleTip",
                    "LeftHandRingMetacarpal", "LeftHandRingProximal", "LeftHandRingIntermediate", "LeftHandRingDistal", "LeftHandRingTip",
                    "LeftHandLittleMetacarpal", "LeftHandLittleProximal", "LeftHandLittleIntermediate", "LeftHandLittleDistal",
                    "LeftHandLittleTip", "RightHandPalm", "RightHandWrist", "RightHandThumbMetacarpal", "RightHandThumbProximal",
                    "RightHandThumbDistal", "RightHandThumbTip", "RightHandIndexMetacarpal", "RightHandIndexProximal",
                    "RightHandIndexIntermediate", "RightHandIndexDistal", "RightHandIndexTip", "RightHandMiddleMetacarpal",
                    "RightHandMiddleProximal", "RightHandMiddleIntermediate", "RightHandMiddleDistal", "RightHandMiddleTip",
                    "RightHandRingMetacarpal", "RightHandRingProximal", "RightHandRingIntermediate", "RightHandRingDistal",
                    "RightHandRingTip", "RightHandLittleMetacarpal", "RightHandLittleProximal", "RightHandLittleIntermediate",
                    "RightHandLittleDistal", "RightHandLittleTip",
                }, new[]
                {
                    -1, 0, 1, 2, 3, 4, 5, 6, 5, 8, 9, 10, 11, 5, 13, 14, 15, 16, 19, 11, 19, 20, 21, 22, 19, 24, 25, 26, 27, 19, 29, 30, 31,
                    32, 19, 34, 35, 36, 37, 19, 39, 40, 41, 42, 45, 16, 45, 46, 47, 48, 45, 50, 51, 52, 53, 45, 55, 56, 57, 58, 45, 60, 61,
                    62, 63, 45, 65, 66, 67, 68,
                }),
                new Skeleton(SkeletonType.FullBody, "FullBody_", new[]
                {
                    "Root", "Hips", "SpineLower", "SpineMiddle", "SpineUpper", "Chest", "Neck", "Head", "LeftShoulder", "LeftScapula",
                    "LeftArmUpper", "LeftArmLower", "LeftHandWristTwist", "RightShoulder", "RightScapula", "RightArmUpper", "RightArmLower",
                    "RightHandWristTwist", "LeftHandPalm", "LeftHandWrist", "LeftHandThumbMetacarpal", "LeftHandThumbProximal",
                    "LeftHandThumbDistal", "LeftHandThumbTip", "LeftHandIndexMetacarpal", "LeftHandIndexProximal",
                    "LeftHandIndexIntermediate", "LeftHandIndexDistal", "LeftHandIndexTip", "LeftHandMiddleMetacarpal",
                    "LeftHandMiddleProximal", "LeftHandMiddleIntermediate", "LeftHandMiddleDistal", "LeftHandMiddleTip",
                    "LeftHandRingMetacarpal", "LeftHandRingProximal", "LeftHandRingIntermediate", "LeftHandRingDistal", "LeftHandRingTip",
                    "LeftHandLittleMetacarpal", "LeftHandLittleProximal", "LeftHandLittleIntermediate", "LeftHandLittleDistal",
                    "LeftHandLittleTip", "RightHandPalm", "RightHandWrist", "RightHandThumbMetacarpal", "RightHandThumbProximal",
                    "RightHandThumbDistal", "RightHandThumbTip", "RightHandIndexMetacarpal", "RightHandIndexProximal",
                    "RightHandIndexIntermediate", "RightHandIndexDistal", "RightHandIndexTip", "RightHandMiddleMetacarpal",
                    "RightHandMiddleProximal", "RightHandMiddleIntermediate", "RightHandMiddleDistal", "RightHandMiddleTip",
                    "RightHandRingMetacarpal", "RightHandRingProximal", "RightHandRingIntermediate", "RightHandRingDistal",
                    "RightHandRingTip", "RightHandLittleMetacarpal", "RightHandLittleProximal", "RightHandLittleIntermediate",
                    "RightHandLittleDistal", "RightHandLittleTip", "LeftUpperLeg", "LeftLowerLeg", "LeftFootAnkleTwist", "LeftFootAnkle",
                    "LeftFootSubtalar", "LeftFootTransverse", "LeftFootBall", "RightUpperLeg", "RightLowerLeg", "RightFootAnkleTwist",
                    "RightFootAnkle", "RightFootSubtalar", "RightFootTransverse", "RightFootBall",
                }, new[]
                {
                    -1, 0, 1, 2, 3, 4, 5, 6, 5, 8, 9, 10, 11, 5, 13, 14, 15, 16, 19, 11, 19, 20, 21, 22, 19, 24, 25, 26, 27, 19, 29, 30, 31,
                    32, 19, 34, 35, 36, 37, 19, 39, 40, 41, 42, 45, 16, 45, 46, 47, 48, 45, 50, 51, 52, 53, 45, 55, 56, 57, 58, 45, 60, 61,
                    62, 63, 45, 65, 66, 67, 68, 1, 70, 71, 72, 73, 74, 75, 1, 77, 78, 79, 80, 81, 82,
                }),
                new Skeleton(SkeletonType.XRHandLeft, "XRHand_", new[]
                {
                    "Palm", "Wrist", "ThumbMetacarpal", "ThumbProximal", "ThumbDistal", "ThumbTip", "IndexMetacarpal", "IndexProximal",
                    "IndexIntermediate", "IndexDistal", "IndexTip", "MiddleMetacarpal", "MiddleProximal", "MiddleIntermediate",
                    "MiddleDistal", "MiddleTip", "RingMetacarpal", "RingProximal", "RingIntermediate", "RingDistal", "RingTip",
                    "LittleMetacarpal", "LittleProximal", "LittleIntermediate", "LittleDistal", "LittleTip",
                }, new[]
                {
                    1, -1, 1, 2, 3, 4, 1, 6, 7, 8, 9, 1, 11, 12, 13, 14, 1, 16, 17, 18, 19, 1, 21, 22, 23, 24,
                }),
                new Skeleton(SkeletonType.XRHandRight, "XRHand_", new[]
                {
                    "Palm", "Wrist", "ThumbMetacarpal", "ThumbProximal", "ThumbDistal", "ThumbTip", "IndexMetacarpal", "IndexProximal",
                    "IndexIntermediate", "IndexDistal", "IndexTip", "MiddleMetacarpal", "MiddleProximal", "MiddleIntermediate",
                    "MiddleDistal", "MiddleTip", "RingMetacarpal", "RingProximal", "RingIntermediate", "RingDistal", "RingTip",
                    "LittleMetacarpal", "LittleProximal", "LittleIntermediate", "LittleDistal", "LittleTip",
                }, new[]
                {
                    1, -1, 1, 2, 3, 4, 1, 6, 7, 8, 9, 1, 11, 12, 13, 14, 1, 16, 17, 18, 19, 1, 21, 22, 23, 24,
                }),
                new Skeleton(SkeletonType.PicoBody, "PicoBody_", new[]
                {
                    "Pelvis", "LeftHip", "RightHip", "Spine1", "LeftKnee", "RightKnee", "Spine2", "LeftAnkle", "RightAnkle", "Spine3",
                    "LeftFoot", "RightFoot", "Neck", "LeftCollar", "RightCollar", "Head", "LeftShoulder", "RightShoulder", "LeftElbow",
                    "RightElbow", "LeftWrist", "RightWrist", "LeftHand", "RightHand",
                }, new[]
                {
                    -1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21,
                }),
                new Skeleton(SkeletonType.HtcBody, "HtcBody_", new[]
                {
                    "Pelvis", "LeftHip", "LeftKnee", "LeftAnkle", "LeftFeet", "RightHip", "RightKnee", "RightAnkle", "RightFeet", "Waist",
                    "SpineLower", "SpineMiddle", "SpineHigh", "Chest", "Neck", "Head", "LeftClavicle", "LeftScapula", "LeftArm",
                    "LeftElbow", "LeftWrist", "RightClavicle", "RightScapula", "RightArm", "RightElbow", "RightWrist",
                }, new[]
                {
                    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                }),
                new Skeleton(SkeletonType.WebXRHandLeft, "WebXRHand_", new[]
                {
                    "wrist", "thumb-metacarpal", "thumb-phalanx-proximal", "thumb-phalanx-distal", "thumb-tip", "index-finger-metacarpal",
                    "index-finger-phalanx-proximal", "index-finger-phalanx-intermediate", "index-finger-phalanx-distal", "index-finger-tip",
                    "middle-finger-metacarpal", "middle-finger-phalanx-proximal", "middle-finger-phalanx-intermediate",
                    "middle-finger-phalanx-distal", "middle-finger-tip", "ring-finger-metacarpal", "ring-finger-phalanx-proximal",
                    "ring-finger-phalanx-intermediate", "ring-finger-phalanx-distal", "ring-finger-tip", "pinky-finger-metacarpal",
                    "pinky-finger-phalanx-proximal", "pinky-finger-phalanx-intermediate", "pinky-finger-phalanx-distal", "pinky-finger-tip",
                }, new[]
                {
                    -1, 0, 1, 2, 3, 0, 5, 6, 7, 8, 0, 10, 11, 12, 13, 0, 15, 16, 17, 18, 0, 20, 21, 22, 23,
                }),
                new Skeleton(SkeletonType.WebXRHandRight, "WebXRHand_", new[]
                {
                    "wrist", "thumb-metacarpal", "thumb-phalanx-proximal", "thumb-phalanx-distal", "thumb-tip", "index-finger-metacarpal",
                    "index-finger-phalanx-proximal", "index-finger-phalanx-intermediate", "index-finger-phalanx-distal", "index-finger-tip",
                    "middle-finger-metacarpal", "middle-finger-phalanx-proximal", "middle-finger-phalanx-intermediate",
                    "middle-finger-phalanx-distal", "middle-finger-tip", "ring-finger-metacarpal", "ring-finger-phalanx-proximal",
                    "ring-finger-phalanx-intermediate", "ring-finger-phalanx-distal", "ring-finger-tip", "pinky-finger-metacarpal",
                    "pinky-finger-phalanx-proximal", "pinky-finger-phalanx-intermediate", "pinky-finger-phalanx-distal", "pinky-finger-tip",
                }, new[]
                {
                    -1, 0, 1, 2, 3, 0, 5, 6, 7, 8, 0, 10, 11, 12, 13, 0, 15, 16, 17, 18, 0, 20, 21, 22, 23,
                }),
                new Skeleton(SkeletonType.WebXRBody, "WebXRBody_", new[]
                {
                    "hips", "spine-lower", "spine-middle", "spine-upper", "chest", "neck", "head", "left-shoulder", "left-scapula",
                    "left-arm-upper", "left-arm-lower", "left-hand-wrist-twist", "right-shoulder", "right-scapula", "right-arm-upper",
                    "right-arm-lower", "right-hand-wrist-twist", "left-hand-palm", "left-hand-wrist", "left-hand-thumb-metacarpal",
                    "left-hand-thumb-phalanx-proximal", "left-hand-thumb-phalanx-distal", "left-hand-thumb-tip",
                    "left-hand-index-metacarpal", "left-hand-index-phalanx-proximal", "left-hand-index-phalanx-intermediate",
                    "left-hand-index-phalanx-distal", "left-hand-index-tip", "left-hand-middle-phalanx-metacarpal",
                    "left-hand-middle-phalanx-proximal", "left-hand-middle-phalanx-intermediate", "left-hand-middle-phalanx-distal",
                    "left-hand-middle-tip", "left-hand-ring-metacarpal", "left-hand-ring-phalanx-proximal",
                    "left-hand-ring-phalanx-intermediate", "left-hand-ring-phalanx-distal", "left-hand-ring-tip",
                    "left-hand-little-metacarpal", "left-hand-little-phalanx-proximal", "left-hand-little-phalanx-intermediate",
                    "left-hand-little-phalanx-distal", "left-hand-little-tip", "right-hand-palm", "right-hand-wrist",
                    "right-hand-thumb-metacarpal", "right-hand-thumb-phalanx-proximal", "right-hand-thumb-phalanx-distal",
                    "right-hand-thumb-tip", "right-hand-index-metacarpal", "right-hand-index-phalanx-proximal",
                    "right-hand-index-phalanx-intermediate", "right-hand-index-phalanx-distal", "right-hand-index-tip",
                    "right-hand-middle-metacarpal", "right-hand-middle-phalanx-proximal", "right-hand-middle-phalanx-intermediate",
                    "right-hand-middle-phalanx-distal", "right-hand-middle-tip", "right-hand-ring-metacarpal",
                    "right-hand-ring-phalanx-proximal", "right-hand-ring-phalanx-intermediate", "right-hand-ring-phalanx-distal",
                    "right-hand-ring-tip", "right-hand-little-metacarpal", "right-hand-little-phalanx-proximal",
                    "right-hand-little-phalanx-intermediate", "right-hand-little-phalanx-distal", "right-hand-little-tip", "left-upper-leg",
                    "left-lower-leg", "left-foot-ankle-twist", "left-foot-ankle", "left-foot-subtalar", "left-foot-transverse",
                    "left-foot-ball", "right-upper-leg", "right-lower-leg", "right-foot-ankle-twist", "right-foot-ankle",
                    "right-foot-subtalar", "right-foot-transverse", "right-foot-ball",
                }, new[]
                {
                    -1, 0, 1, 2, 3, 4, 5, 4, 7, 8, 9, 10, 4, 12, 13, 14, 15, 18, 10, 18, 19, 20, 21, 18, 23, 24, 25, 26, 18, 28, 29, 30, 31,
                    18, 33, 34, 35, 36, 18, 38, 39, 40, 41, 44, 15, 44, 45, 46, 47, 44, 49, 50, 51, 52, 44, 54, 55, 56, 57, 44, 59, 60, 61,
                    62, 44, 64, 65, 66, 67, 0, 69, 70, 71, 72, 73, 74, 0, 76, 77, 78, 79, 80, 81,
                }),
            };
        }
    }

    /// <summary>Bone ids of FullBody.</summary>
    public static class FullBodyBone
    {
        public const int Root = 0;
        public const int Hips = 1;
        public const int SpineLower = 2;
        public const int SpineMiddle = 3;
        public const int SpineUpper = 4;
        public const int Chest = 5;
        public const int Neck = 6;
        public const int Head = 7;
        public const int LeftShoulder = 8;
        public const int LeftScapula = 9;
        public const int LeftArmUpper = 10;
        public const int LeftArmLower = 11;
        public const int LeftHandWristTwist = 12;
        public const int RightShoulder = 13;
        public const int RightScapula = 14;
        public const int RightArmUpper = 15;
        public const int RightArmLower = 16;
        public const int RightHandWristTwist = 17;
        public const int LeftHandPalm = 18;
        public const int LeftHandWrist = 19;
        public const int LeftHandThumbMetacarpal = 20;
        public const int LeftHandThumbProximal = 21;
        public const int LeftHandThumbDistal = 22;
        public const int LeftHandThumbTip = 23;
        public const int LeftHandIndexMetacarpal = 24;
        public const int LeftHandIndexProximal = 25;
        public const int LeftHandIndexIntermediate = 26;
        public const int LeftHandIndexDistal = 27;
        public const int LeftHandIndexTip = 28;
        public const int LeftHandMiddleMetacarpal = 29;
        public const int LeftHandMiddleProximal = 30;
        public const int LeftHandMiddleIntermediate = 31;
        public const int LeftHandMiddleDistal = 32;
        public const int LeftHandMiddleTip = 33;
        public const int LeftHandRingMetacarpal = 34;
        public const int LeftHandRingProximal = 35;
        public const int LeftHandRingIntermediate = 36;
        public const int LeftHandRingDistal = 37;
        public const int LeftHandRingTip = 38;
        public const int LeftHandLittleMetacarpal = 39;
        public const int LeftHandLittleProximal = 40;
        public const int LeftHandLittleIntermediate = 41;
        public const int LeftHandLittleDistal = 42;
        public const int LeftHandLittleTip = 43;
        public const int RightHandPalm = 44;
        public const int RightHandWrist = 45;
        public const int RightHandThumbMetacarpal = 46;
        public const int RightHandThumbProximal = 47;
        public const int RightHandThumbDistal = 48;
        public const int RightHandThumbTip = 49;
        public const int RightHandIndexMetacarpal = 50;
        public const int RightHandIndexProximal = 51;
        public const int RightHandIndexIntermediate = 52;
        public const int RightHandIndexDistal = 53;
        public const int RightHandIndexTip = 54;
        public const int RightHandMiddleMetacarpal = 55;
        public const int RightHandMiddleProximal = 56;
        public const int RightHandMiddleIntermediate = 57;
        public const int RightHandMiddleDistal = 58;
        public const int RightHandMiddleTip = 59;
        public const int RightHandRingMetacarpal = 60;
        public const int RightHandRingProximal = 61;
        public const int RightHandRingIntermediate = 62;
        public const int RightHandRingDistal = 63;
        public const int RightHandRingTip = 64;
        public const int RightHandLittleMetacarpal = 65;
        public const int RightHandLittleProximal = 66;
        public const int RightHandLittleIntermediate = 67;
        public const int RightHandLittleDistal = 68;
        public const int RightHandLittleTip = 69;
        public const int LeftUpperLeg = 70;
        public const int LeftLowerLeg = 71;
        public const int LeftFootAnkleTwist = 72;
        public const int LeftFootAnkle = 73;
        public const int LeftFootSubtalar = 74;
        public const int LeftFootTransverse = 75;
        public const int LeftFootBall = 76;
        public const int RightUpperLeg = 77;
        public const int RightLowerLeg = 78;
        public const int RightFootAnkleTwist = 79;
        public const int RightFootAnkle = 80;
        public const int RightFootSubtalar = 81;
        public const int RightFootTransverse = 82;
        public const int RightFootBall = 83;
    }

    /// <summary>Bone ids of Body.</summary>
    public static class BodyBone
    {
        public const int Root = 0;
        public const int Hips = 1;
        public const int SpineLower = 2;
        public const int SpineMiddle = 3;
        public const int SpineUpper = 4;
        public const int Chest = 5;
        public const int Neck = 6;
        public const int Head = 7;
        public const int LeftShoulder = 8;
        public const int LeftScapula = 9;
        public const int LeftArmUpper = 10;
        public const int LeftArmLower = 11;
        public const int LeftHandWristTwist = 12;
        public const int RightShoulder = 13;
        public const int RightScapula = 14;
        public const int RightArmUpper = 15;
        public const int RightArmLower = 16;
        public const int RightHandWristTwist = 17;
        public const int LeftHandPalm = 18;
        public const int LeftHandWrist = 19;
        public const int LeftHandThumbMetacarpal = 20;
        public const int LeftHandThumbProximal = 21;
        public const int LeftHandThumbDistal = 22;
        public const int LeftHandThumbTip = 23;
        public const int LeftHandIndexMetacarpal = 24;
        public const int LeftHandIndexProximal = 25;
        public const int LeftHandIndexIntermediate = 26;
        public const int LeftHandIndexDistal = 27;
        public const int LeftHandIndexTip = 28;
        public const int LeftHandMiddleMetacarpal = 29;
        public const int LeftHandMiddleProximal = 30;
        public const int LeftHandMiddleIntermediate = 31;
        public const int LeftHandMiddleDistal = 32;
        public const int LeftHandMiddleTip = 33;
        public const int LeftHandRingMetacarpal = 34;
        public const int LeftHandRingProximal = 35;
        public const int LeftHandRingIntermediate = 36;
        public const int LeftHandRingDistal = 37;
        public const int LeftHandRingTip = 38;
        public const int LeftHandLittleMetacarpal = 39;
        public const int LeftHandLittleProximal = 40;
        public const int LeftHandLittleIntermediate = 41;
        public const int LeftHandLittleDistal = 42;
        public const int LeftHandLittleTip = 43;
        public const int RightHandPalm = 44;
        public const int RightHandWrist = 45;
        public const int RightHandThumbMetacarpal = 46;
        public const int RightHandThumbProximal = 47;
        public const int RightHandThumbDistal = 48;
        public const int RightHandThumbTip = 49;
        public const int RightHandIndexMetacarpal = 50;
        public const int RightHandIndexProximal = 51;
        public const int RightHandIndexIntermediate = 52;
        public const int RightHandIndexDistal = 53;
        public const int RightHandIndexTip = 54;
        public const int RightHandMiddleMetacarpal = 55;
        public const int RightHandMiddleProximal = 56;
        public const int RightHandMiddleIntermediate = 57;
        public const int RightHandMiddleDistal = 58;
        public const int RightHandMiddleTip = 59;
        public const int RightHandRingMetacarpal = 60;
        public const int RightHandRingProximal = 61;
        public const int RightHandRingIntermediate = 62;
        public const int RightHandRingDistal = 63;
        public const int RightHandRingTip = 64;
        public const int RightHandLittleMetacarpal = 65;
        public const int RightHandLittleProximal = 66;
        public const int RightHandLittleIntermediate = 67;
        public const int RightHandLittleDistal = 68;
        public const int RightHandLittleTip = 69;
    }

    /// <summary>Bone ids of XRHandLeft.</summary>
    public static class XRHandBone
    {
        public const int Palm = 0;
        public const int Wrist = 1;
        public const int ThumbMetacarpal = 2;
        public const int ThumbProximal = 3;
        public const int ThumbDistal = 4;
        public const int ThumbTip = 5;
        public const int IndexMetacarpal = 6;
        public const int IndexProximal = 7;
        public const int IndexIntermediate = 8;
        public const int IndexDistal = 9;
        public const int IndexTip = 10;
        public const int MiddleMetacarpal = 11;
        public const int MiddleProximal = 12;
        public const int MiddleIntermediate = 13;
        public const int MiddleDistal = 14;
        public const int MiddleTip = 15;
        public const int RingMetacarpal = 16;
        public const int RingProximal = 17;
        public const int RingIntermediate = 18;
        public const int RingDistal = 19;
        public const int RingTip = 20;
        public const int LittleMetacarpal = 21;
        public const int LittleProximal = 22;
        public const int LittleIntermediate = 23;
        public const int LittleDistal = 24;
        public const int LittleTip = 25;
    }

    /// <summary>Bone ids of HandLeft.</summary>
    public static class HandBone
    {
        public const int WristRoot = 0;
        public const int ForearmStub = 1;
        public const int Thumb0 = 2;
        public const int Thumb1 = 3;
        public const int Thumb2 = 4;
        public const int Thumb3 = 5;
        public const int Index1 = 6;
        public const int Index2 = 7;
        public const int Index3 = 8;
        public const int Middle1 = 9;
        public const int Middle2 = 10;
        public const int Middle3 = 11;
        public const int Ring1 = 12;
        public const int Ring2 = 13;
        public const int Ring3 = 14;
        public const int Pinky0 = 15;
        public const int Pinky1 = 16;
        public const int Pinky2 = 17;
        public const int Pinky3 = 18;
        public const int ThumbTip = 19;
        public const int IndexTip = 20;
        public const int MiddleTip = 21;
        public const int RingTip = 22;
        public const int PinkyTip = 23;
    }

    /// <summary>Bone ids of PicoBody.</summary>
    public static class PicoBodyBone
    {
        public const int Pelvis = 0;
        public const int LeftHip = 1;
        public const int RightHip = 2;
        public const int Spine1 = 3;
        public const int LeftKnee = 4;
        public const int RightKnee = 5;
        public const int Spine2 = 6;
        public const int LeftAnkle = 7;
        public const int RightAnkle = 8;
        public const int Spine3 = 9;
        public const int LeftFoot = 10;
        public const int RightFoot = 11;
        public const int Neck = 12;
        public const int LeftCollar = 13;
        public const int RightCollar = 14;
        public const int Head = 15;
        public const int LeftShoulder = 16;
        public const int RightShoulder = 17;
        public const int LeftElbow = 18;
        public const int RightElbow = 19;
        public const int LeftWrist = 20;
        public const int RightWrist = 21;
        public const int LeftHand = 22;
        public const int RightHand = 23;
    }

    /// <summary>Bone ids of HtcBody.</summary>
    public static class HtcBodyBone
    {
        public const int Pelvis = 0;
        public const int LeftHip = 1;
        public const int LeftKnee = 2;
        public const int LeftAnkle = 3;
        public const int LeftFeet = 4;
        public const int RightHip = 5;
        public const int RightKnee = 6;
        public const int RightAnkle = 7;
        public const int RightFeet = 8;
        public const int Waist = 9;
        public const int SpineLower = 10;
        public const int SpineMiddle = 11;
        public const int SpineHigh = 12;
        public const int Chest = 13;
        public const int Neck = 14;
        public const int Head = 15;
        public const int LeftClavicle = 16;
        public const int LeftScapula = 17;
        public const int LeftArm = 18;
        public const int LeftElbow = 19;
        public const int LeftWrist = 20;
        public const int RightClavicle = 21;
        public const int RightScapula = 22;
        public const int RightArm = 23;
        public const int RightElbow = 24;
        public const int RightWrist = 25;
    }
}
