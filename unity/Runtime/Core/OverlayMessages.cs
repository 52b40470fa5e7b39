using System;
using System.Collections.Generic;

namespace Panogaze
{
    /// <summary>A place in the world's axes (right-handed, +X right, +Y up, -Z forward, metres): a rotation, then a shift. UnityAxes has the rule for Unity's.</summary>
    public struct OverlayPlace
    {
        public double X, Y, Z;
        public double Qx, Qy, Qz, Qw;

        public static OverlayPlace Identity
        {
            get { return new OverlayPlace { Qw = 1 }; }
        }

        /// <summary>Applies <paramref name="next"/>, then this place.</summary>
        public OverlayPlace Compose(OverlayPlace next)
        {
            double tx = 2 * (Qy * next.Z - Qz * next.Y), ty = 2 * (Qz * next.X - Qx * next.Z), tz = 2 * (Qx * next.Y - Qy * next.X);
            return new OverlayPlace
            {
                X = X + next.X + Qw * tx + Qy * tz - Qz * ty,
                Y = Y + next.Y + Qw * ty + Qz * tx - Qx * tz,
                Z = Z + next.Z + Qw * tz + Qx * ty - Qy * tx,
                Qx = Qw * next.Qx + Qx * next.Qw + Qy * next.Qz - Qz * next.Qy,
                Qy = Qw * next.Qy - Qx * next.Qz + Qy * next.Qw + Qz * next.Qx,
                Qz = Qw * next.Qz + Qx * next.Qy - Qy * next.Qx + Qz * next.Qw,
                Qw = Qw * next.Qw - Qx * next.Qx - Qy * next.Qy - Qz * next.Qz,
            };
        }
    }

    /// <summary>A solid of a robot's link: a box with its whole sides, a cylinder along z of diameter, diameter and length, or a sphere of three diameters.</summary>
    public struct OverlaySolid
    {
        /// <summary>"box", "cylinder" or "sphere".</summary>
        public string Shape;
        public OverlayPlace Place;
        public double SizeX, SizeY, SizeZ;
    }

    /// <summary>A joint of a robot, between two links by their indices.</summary>
    public struct OverlayJoint
    {
        public string Name;
        /// <summary>"turning" by radians, "sliding" by metres, or "fixed".</summary>
        public string Motion;
        public int Parent, Child;
        public OverlayPlace Place;
        public double AxisX, AxisY, AxisZ;
        /// <summary>Index of the joint that it follows; -1: none.</summary>
        public int Leader;
        public double Factor, Offset;
    }

    /// <summary>An object that the application draws over the view. Fields that its kind does not have are null or 0.</summary>
    public sealed class OverlayObject
    {
        /// <summary>"lines", "points", "labels", "boxes" or "robot".</summary>
        public string Kind;
        /// <summary>True: it stands in the axes of the head; false: in those of the world, with the camera at their origin.</summary>
        public bool InHead;
        /// <summary>#rrggbb or #rrggbbaa.</summary>
        public string Color;
        /// <summary>Width of lines and edges, or the size of points and labels, pixels: 0.05 degrees each in a headset.</summary>
        public double Pixels;
        /// <summary>Opacity of the faces of boxes.</summary>
        public double Fill;
        /// <summary>Strips of lines, x y z of each corner.</summary>
        public double[][] Strips;
        /// <summary>Of points and labels, and the middles of boxes: x y z of each.</summary>
        public double[] Positions;
        public string[] Texts;
        /// <summary>Whole sides of boxes, three of each, and their rotations xyzw, or an empty list.</summary>
        public double[] Sizes, Rotations;
        /// <summary>A robot's base, links and joints.</summary>
        public OverlayPlace Base;
        public OverlaySolid[][] Links;
        public OverlayJoint[] RobotJoints;
        /// <summary>A value for each joint that is neither fixed nor follows another.</summary>
        public double[] Joints;

        /// <summary>Forward kinematics: the place of each link of a robot in the axes that it stands in.</summary>
        public OverlayPlace[] LinkPlaces()
        {
            var places = new OverlayPlace[Links.Length];
            var values = new double[RobotJoints.Length];
            places[0] = Base;
            int driven = 0;
            for (int index = 0; index < RobotJoints.Length; index++)
                if (RobotJoints[index].Motion != "fixed" && RobotJoints[index].Leader < 0) values[index] = Joints[driven++];
            for (int index = 0; index < RobotJoints.Length; index++)
            {
                OverlayJoint joint = RobotJoints[index];
                double value = joint.Leader < 0 ? values[index] : joint.Factor * values[joint.Leader] + joint.Offset;
                places[joint.Child] = places[joint.Parent].Compose(joint.Place).Compose(Moved(joint, value));
            }
            return places;
        }

        private static OverlayPlace Moved(OverlayJoint joint, double value)
        {
            if (joint.Motion == "sliding") return new OverlayPlace { X = joint.AxisX * value, Y = joint.AxisY * value, Z = joint.AxisZ * value, Qw = 1 };
            if (joint.Motion != "turning") return OverlayPlace.Identity;
            double sin = Math.Sin(value / 2);
            return new OverlayPlace { Qx = joint.AxisX * sin, Qy = joint.AxisY * sin, Qz = joint.AxisZ * sin, Qw = Math.Cos(value / 2) };
        }
    }

    /// <summary>The messages of the channel "overlay", which the server opens: objects by path, lines of words, and pulses.</summary>
    public sealed class OverlaySet
    {
        /// <summary>The name of the channel.</summary>
        public const string Label = "overlay";

        private readonly Dictionary<string, OverlayObject> _objects = new Dictionary<string, OverlayObject>();
        private double _newest = -1;
        private string[] _lines = new string[0];

        /// <summary>A pulse is to be played now: its meaning ("hold", "released", "warning") or null, strength 0 to 1, milliseconds, hand ("left", "right", "both").</summary>
        public event Action<string, double, double, string> Pulse;

        public IReadOnlyDictionary<string, OverlayObject> Objects
        {
            get { return _objects; }
        }

        /// <summary>The application's lines of words.</summary>
        public IReadOnlyList<string> Lines
        {
            get { return _lines; }
        }

        /// <summary>Forgets everything, for another session.</summary>
        public void Restart()
        {
            _newest = -1;
            Clear();
        }

        /// <summary>Obeys a message. Never throws.</summary>
        /// <returns>false if it is late, of a later version, or against the protocol: nothing has changed.</returns>
        public bool Receive(string text)
        {
            Dictionary<string, object> fields = Json.ParseObject(text);
            double number = Json.GetNumber(fields, "n");
            if (!(number > _newest)) return false;
            string path = Json.GetText(fields, "path");
            switch (Json.GetText(fields, "type"))
            {
                case "clear":
                    Clear();
                    break;
                case "set":
                    OverlayObject placed = OverlayReading.Object(Json.GetObject(fields, "object"));
                    if (path == null || placed == null) return false;
                    _objects[path] = placed;
                    break;
                case "joints":
                    double[] joints = OverlayReading.Numbers(fields, "joints");
                    OverlayObject robot;
                    if (path == null || joints == null || !_objects.TryGetValue(path, out robot)) return false;
                    if (robot.Joints == null || robot.Joints.Length != joints.Length) return false;
                    robot.Joints = joints;
                    break;
                case "remove":
                    if (path == null || !_objects.Remove(path)) return false;
                    break;
                case "hud":
                    string[] lines = OverlayReading.Texts(fields, "lines");
                    if (lines == null) return false;
                    _lines = lines;
                    break;
                case "pulse":
                    if (Pulse != null) Pulse(Json.GetText(fields, "meaning"), Json.GetNumber(fields, "intensity"), Json.GetNumber(fields, "durationMs"), Json.GetText(fields, "hand"));
                    break;
                default:
                    return false;
            }
            _newest = number;
            return true;
        }

        private void Clear()
        {
            _objects.Clear();
            _lines = new string[0];
        }
    }

    /// <summary>Reads the objects of overlay messages. Each function returns null for what can't be drawn.</summary>
    internal static class OverlayReading
    {
        private const int MaxLinks = 128;

        public static OverlayObject Object(Dictionary<string, object> fields)
        {
            var read = new OverlayObject { Kind = Json.GetText(fields, "kind"), InHead = Json.GetText(fields, "frame") == "head", Color = Json.GetText(fields, "color") };
            if (read.Color == null) return null;
            switch (read.Kind)
            {
                case "lines":
                    read.Pixels = Json.GetNumber(fields, "width");
                    read.Strips = Strips(Json.GetList(fields, "strips"));
                    return read.Strips == null ? null : read;
                case "points":
                case "labels":
                    read.Pixels = Json.GetNumber(fields, "size");
                    read.Positions = Numbers(fields, "positions");
                    if (read.Kind == "labels") read.Texts = Texts(fields, "texts");
                    bool isWhole = read.Positions != null && read.Positions.Length % 3 == 0;
                    if (read.Kind == "labels") isWhole = isWhole && read.Texts != null && read.Texts.Length * 3 == read.Positions.Length;
                    return isWhole ? read : null;
                case "boxes":
                    read.Pixels = Json.GetNumber(fields, "width");
                    read.Fill = Json.GetNumber(fields, "fill");
                    read.Positions = Numbers(fields, "centers");
                    read.Sizes = Numbers(fields, "sizes");
                    read.Rotations = Numbers(fields, "rotations");
                    if (read.Positions == null || read.Sizes == null || read.Rotations == null) return null;
                    int count = read.Positions.Length / 3;
                    bool isEven = read.Positions.Length == 3 * count && read.Sizes.Length == 3 * count;
                    return isEven && (read.Rotations.Length == 0 || read.Rotations.Length == 4 * count) ? read : null;
                case "robot":
                    return Robot(fields, read) ? read : null;
                default:
                    return null;
            }
        }

        public static double[] Numbers(Dictionary<string, object> fields, string name)
        {
            return Numbers(Json.GetList(fields, name));
        }

        public static string[] Texts(Dictionary<string, object> fields, string name)
        {
            List<object> list = Json.GetList(fields, name);
            if (list == null) return null;
            var texts = new string[list.Count];
            for (int index = 0; index < texts.Length; index++)
            {
                texts[index] = list[index] as string;
                if (texts[index] == null) return null;
            }
            return texts;
        }

        private static double[] Numbers(List<object> list)
        {
            if (list == null) return null;
            var numbers = new double[list.Count];
            for (int index = 0; index < numbers.Length; index++)
            {
                if (!(list[index] is double)) return null;
                numbers[index] = (double)list[index];
            }
            return numbers;
        }

        private static double[][] Strips(List<object> list)
        {
            if (list == null) return null;
            var strips = new double[list.Count][];
            for (int index = 0; index < strips.Length; index++)
            {
                strips[index] = Numbers(list[index] as List<object>);
                if (strips[index] == null || strips[index].Length % 3 != 0) return null;
            }
            return strips;
        }

        private static bool Robot(Dictionary<string, object> fields, OverlayObject into)
        {
            Dictionary<string, object> model = Json.GetObject(fields, "model");
            List<object> links = Json.GetList(model, "links"), joints = Json.GetList(model, "joints");
            into.Joints = Numbers(fields, "joints");
            if (!TryPlace(fields, out into.Base) || links == null || joints == null || into.Joints == null) return false;
            if (links.Count == 0 || links.Count > MaxLinks || joints.Count != links.Count - 1) return false;
            into.Links = new OverlaySolid[links.Count][];
            for (int index = 0; index < links.Count; index++)
            {
                List<object> visuals = Json.GetList(links[index] as Dictionary<string, object>, "visuals");
                if (visuals == null) return false;
                into.Links[index] = new OverlaySolid[visuals.Count];
                for (int at = 0; at < visuals.Count; at++)
                    if (!TrySolid(visuals[at] as Dictionary<string, object>, out into.Links[index][at])) return false;
            }
            return Tree(joints, into);
        }

        private static bool Tree(List<object> joints, OverlayObject into)
        {
            into.RobotJoints = new OverlayJoint[joints.Count];
            var placed = new bool[into.Links.Length];
            placed[0] = true;
            int driven = 0;
            for (int index = 0; index < joints.Count; index++)
            {
                OverlayJoint joint;
                if (!TryJoint(joints[index] as Dictionary<string, object>, into.Links.Length, out joint)) return false;
                if (!placed[joint.Parent] || placed[joint.Child]) return false;
                placed[joint.Child] = true;
                if (joint.Motion != "fixed" && joint.Leader < 0) driven++;
                into.RobotJoints[index] = joint;
            }
            foreach (OverlayJoint joint in into.RobotJoints)
                if (joint.Leader >= into.RobotJoints.Length || (joint.Leader >= 0 && into.RobotJoints[joint.Leader].Leader >= 0)) return false;
            return driven == into.Joints.Length;
        }

        private static bool TryJoint(Dictionary<string, object> fields, int links, out OverlayJoint joint)
        {
            joint = new OverlayJoint { Name = Json.GetText(fields, "name"), Motion = Json.GetText(fields, "motion"), Leader = -1 };
            double[] axis = Numbers(fields, "axis");
            if (!TryIndex(fields, "parent", links, out joint.Parent) || !TryIndex(fields, "child", links, out joint.Child)) return false;
            if (!TryPlace(Json.GetObject(fields, "place"), out joint.Place) || axis == null || axis.Length != 3) return false;
            joint.AxisX = axis[0];
            joint.AxisY = axis[1];
            joint.AxisZ = axis[2];
            Dictionary<string, object> mimic = Json.GetObject(fields, "mimic");
            if (mimic == null) return true;
            joint.Factor = Json.GetNumber(mimic, "factor");
            joint.Offset = Json.GetNumber(mimic, "offset");
            return TryIndex(mimic, "joint", links, out joint.Leader);
        }

        private static bool TrySolid(Dictionary<string, object> fields, out OverlaySolid solid)
        {
            solid = new OverlaySolid { Shape = Json.GetText(fields, "shape") };
            if (!TryPlace(Json.GetObject(fields, "place"), out solid.Place)) return false;
            double[] sides = Numbers(fields, "sides");
            double across = 2 * Json.GetNumber(fields, "radius");
            solid.SizeX = solid.SizeY = solid.SizeZ = across;
            if (solid.Shape == "cylinder") solid.SizeZ = Json.GetNumber(fields, "length");
            if (solid.Shape != "box") return (solid.Shape == "sphere" || solid.Shape == "cylinder") && solid.SizeX >= 0 && solid.SizeZ >= 0;
            if (sides == null || sides.Length != 3) return false;
            solid.SizeX = sides[0];
            solid.SizeY = sides[1];
            solid.SizeZ = sides[2];
            return true;
        }

        private static bool TryPlace(Dictionary<string, object> fields, out OverlayPlace place)
        {
            place = OverlayPlace.Identity;
            double[] position = Numbers(fields, "position"), rotation = Numbers(fields, "rotation");
            if (position == null || position.Length != 3 || rotation == null || rotation.Length != 4) return false;
            place = new OverlayPlace { X = position[0], Y = position[1], Z = position[2], Qx = rotation[0], Qy = rotation[1], Qz = rotation[2], Qw = rotation[3] };
            return true;
        }

        private static bool TryIndex(Dictionary<string, object> fields, string name, int count, out int index)
        {
            double number = Json.GetNumber(fields, name);
            bool isIndex = number >= 0 && number < count && Math.Floor(number) == number;
            index = isIndex ? (int)number : 0;
            return isIndex;
        }
    }
}
