// Runs the Unity package's core without Unity: checks of its own, and what the TypeScript test compares with the project's other end.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading;
using Panogaze;

internal static class Runner
{
    private static int Main(string[] arguments)
    {
        // A comma between digits and a point between thousands: what is not said to be invariant shows.
        Thread.CurrentThread.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
        Thread.CurrentThread.CurrentUICulture = CultureInfo.GetCultureInfo("de-DE");
        if (1.5.ToString() != "1,5") throw new Exception("The culture is not in use.");
        Console.OutputEncoding = new UTF8Encoding(false);
        switch (arguments[0])
        {
            case "vectors":
                return Vectors.Run(File.ReadAllText(arguments[1], Encoding.UTF8));
            case "pictures":
                return Vectors.Pictures(File.ReadAllText(arguments[1], Encoding.UTF8));
            case "geometry":
                Dump.Geometry(File.ReadAllText(arguments[1], Encoding.UTF8));
                return 0;
            case "checks":
                return Checks.Run();
            case "linked":
                return Vectors.Linked(File.ReadAllText(arguments[1], Encoding.UTF8));
            case "tables":
                Dump.Tables();
                return 0;
            case "axes":
                Dump.Axes(File.ReadAllText(arguments[1], Encoding.UTF8));
                return 0;
            case "heard":
                Dump.Heard(File.ReadAllText(arguments[1], Encoding.UTF8));
                return 0;
            case "overlay":
                OverlayDump.Run(File.ReadAllText(arguments[1], Encoding.UTF8));
                return 0;
            case "messages":
                Dump.Messages();
                return 0;
            default:
                throw new ArgumentException(arguments[0]);
        }
    }
}

/// <summary>Counts what holds and says what does not.</summary>
internal static class Report
{
    private static int _failures;

    public static void That(bool holds, string what)
    {
        if (holds) return;
        _failures++;
        Console.WriteLine("FAILED: " + what);
    }

    public static void Near(double actual, double expected, double tolerance, string what)
    {
        That(Math.Abs(actual - expected) <= tolerance, what + ": " + Json.Number(actual) + " instead of " + Json.Number(expected));
    }

    /// <summary>Runs one check, and says its name when it holds.</summary>
    public static void Check(string name, Action act)
    {
        int before = _failures;
        try
        {
            act();
        }
        catch (Exception error)
        {
            That(false, error.ToString());
        }
        Console.WriteLine((_failures == before ? "ok " : "NOT ok ") + name);
    }

    public static int ExitCode
    {
        get { return _failures == 0 ? 0 : 1; }
    }
}

/// <summary>The vectors that both ends share.</summary>
internal static class Vectors
{
    public static int Run(string text)
    {
        Dictionary<string, object> file = Json.ParseObject(text);
        var encoder = new TrackingEncoder();
        foreach (object item in Json.GetList(file, "messages"))
        {
            var vector = (Dictionary<string, object>)item;
            Report.Check(Json.GetText(vector, "name"), () => RunMessage(vector, encoder));
        }
        foreach (object item in Json.GetList(file, "damaged"))
        {
            var vector = (Dictionary<string, object>)item;
            Report.Check(Json.GetText(vector, "name"), () => RunDamaged(vector));
        }
        foreach (object item in Json.GetList(file, "others"))
        {
            var vector = (Dictionary<string, object>)item;
            Report.Check(Json.GetText(vector, "name"), () => RunOther(vector));
        }
        return Report.ExitCode;
    }

    /// <summary>Places in foveated views and in surrounds (picture-vectors.json).</summary>
    public static int Pictures(string text)
    {
        Dictionary<string, object> file = Json.ParseObject(text);
        foreach (object item in Json.GetList(file, "foveated"))
        {
            var view = (Dictionary<string, object>)item;
            double width = Json.GetNumber(view, "width"), height = Json.GetNumber(view, "height");
            Dictionary<string, object> sides = Json.GetObject(view, "frustum"), squeeze = Json.GetObject(view, "foveation");
            List<object> gaze = Json.GetList(squeeze, "gaze"), strength = Json.GetList(squeeze, "strength");
            var message = new FrameMessage
            {
                Qw = 1,
                FovDeg = 90,
                Eyes = 1,
                HasFrusta = true,
                LeftEye = new EyeFrustum { Left = Json.GetNumber(sides, "left"), Right = Json.GetNumber(sides, "right"), Up = Json.GetNumber(sides, "up"), Down = Json.GetNumber(sides, "down"), Qw = 1 },
                Foveation = new Foveation { GazeAcross = (double)gaze[0], GazeDown = (double)gaze[1], StrengthAcross = (double)strength[0], StrengthDown = (double)strength[1] },
            };
            PictureGeometry geometry = PictureGeometry.From(message, false, (int)width, (int)height);
            Report.Check("foveated " + Json.Number(width), () => Places(view, geometry.TryPlace, 0));
        }
        foreach (object item in Json.GetList(file, "surrounds"))
        {
            var entry = (Dictionary<string, object>)item;
            Dictionary<string, object> size = Json.GetObject(entry, "surround");
            var surround = new SurroundSize
            {
                Width = (int)Json.GetNumber(size, "width"), Height = (int)Json.GetNumber(size, "height"), Cuts = (int)Json.GetNumber(size, "cuts"), Gap = (int)Json.GetNumber(size, "gap"),
            };
            var message = new FrameMessage { Qw = 1, FovDeg = 90, Eyes = 1, Surround = surround };
            PictureGeometry geometry = PictureGeometry.From(message, false, surround.Width, surround.Height + surround.Gap + 720);
            Report.Check("surround " + Json.Number(surround.Width), () => Places(entry, geometry.TrySurround, geometry.Tile.W));
        }
        return Report.ExitCode;
    }

    private delegate bool Placing(double x, double y, double z, out double column, out double row);

    private static void Places(Dictionary<string, object> vector, Placing placing, double firstRow)
    {
        List<object> places = Json.GetList(vector, "places");
        Report.That(places.Count > 10, "there are places");
        foreach (object item in places)
        {
            List<object> ray = Json.GetList((Dictionary<string, object>)item, "ray"), place = Json.GetList((Dictionary<string, object>)item, "place");
            double column, row;
            Report.That(placing((double)ray[0], (double)ray[1], (double)ray[2], out column, out row), "it is seen");
            Report.Near(column, (double)place[0], 0.002, "column");
            Report.Near(row - firstRow, (double)place[1], 0.002, "row");
        }
    }

    /// <summary>
    /// A stream of skeletons, one after the other: of each the bytes that this end writes, and what it has read of those of the other end, of which some were
    /// lost.
    /// </summary>
    public static int Linked(string text)
    {
        var encoder = new TrackingEncoder();
        var decoder = new TrackingDecoder();
        var decoded = new TrackingFrame();
        foreach (object item in Json.GetList(Json.ParseObject(text), "messages"))
        {
            var message = (Dictionary<string, object>)item;
            int length = encoder.Encode(FrameFrom(Json.GetObject(message, "frame")), BinaryEncoding.Linked);
            string line = "{\"hex\":\"" + Hex(encoder.Buffer, length) + "\"";
            string hex = Json.GetText(message, "hex");
            if (hex != null)
            {
                byte[] bytes = Bytes(hex);
                line += ",\"result\":\"" + decoder.Decode(bytes, bytes.Length, decoded) + "\",\"positions\":" + List(decoded.Positions, decoded.BoneCount * 3)
                    + ",\"rotations\":" + List(decoded.Rotations, decoded.BoneCount * 4) + ",\"velocities\":" + List(decoded.AngularVelocities, decoded.BoneCount * 3) + ",\"valid\":[";
                for (int bone = 0; bone < decoded.BoneCount; bone++) line += (bone > 0 ? "," : "") + (decoded.Valid[bone] ? "1" : "0");
                line += "]";
            }
            Console.WriteLine(line + "}");
        }
        return 0;
    }

    private static string List(float[] numbers, int count)
    {
        var list = new StringBuilder("[");
        for (int index = 0; index < count; index++) list.Append(index > 0 ? "," : "").Append(Json.Number(numbers[index]));
        return list.Append(']').ToString();
    }

    private static void RunMessage(Dictionary<string, object> vector, TrackingEncoder encoder)
    {
        TrackingFrame frame = FrameFrom(Json.GetObject(vector, "frame"));
        string encoding = Json.GetText(vector, "encoding");
        int length = encoder.Encode(frame, encoding == "linked" ? BinaryEncoding.Linked : encoding == "q16" ? BinaryEncoding.Q16 : BinaryEncoding.F32);
        string hex = Json.GetText(vector, "hex");
        Report.That(Hex(encoder.Buffer, length) == hex, "encoded\n" + Hex(encoder.Buffer, length) + "\ninstead of\n" + hex);
        byte[] bytes = Bytes(hex);
        var decoded = new TrackingFrame();
        Report.That(new TrackingDecoder().Decode(bytes, bytes.Length, decoded) == DecodeResult.Message, "it is not understood");
        RequireSame(decoded, FrameFrom(Json.GetObject(vector, "decoded")));
        // A frame that was used before gives the same.
        var used = new TrackingFrame();
        used.Reset(FrameKind.Controller, TrackingFrame.MaxBones);
        for (int bone = 0; bone < used.BoneCount; bone++) used.SetBone(bone, 1, 2, 3, 1, 0, 0, 0);
        for (int button = 0; button < 9; button++) used.AddButton(1, true, true);
        Report.That(new TrackingDecoder().Decode(bytes, bytes.Length, used) == DecodeResult.Message, "it is not understood the second time");
        RequireSame(used, FrameFrom(Json.GetObject(vector, "decoded")));
    }

    private static void RunDamaged(Dictionary<string, object> vector)
    {
        byte[] bytes = Bytes(Json.GetText(vector, "hex"));
        var decoded = new TrackingFrame();
        Report.That(new TrackingDecoder().Decode(bytes, bytes.Length, decoded) == DecodeResult.Message, "it is not understood");
        Report.That(decoded.DroppedBones == (int)Json.GetNumber(vector, "droppedBones"), decoded.DroppedBones + " dropped bones");
        RequireSame(decoded, FrameFrom(Json.GetObject(vector, "decoded")));
    }

    private static void RunOther(Dictionary<string, object> vector)
    {
        byte[] bytes = Bytes(Json.GetText(vector, "hex"));
        DecodeResult expected = Json.GetText(vector, "result") == "ignored" ? DecodeResult.Ignored : DecodeResult.Refused;
        var frame = new TrackingFrame();
        frame.Reset(FrameKind.Head, 1);
        frame.SetBone(0, 7, 8, 9, 0, 1, 0, 0);
        var before = new TrackingFrame();
        before.CopyFrom(frame);
        DecodeResult result = new TrackingDecoder().Decode(bytes, bytes.Length, frame);
        Report.That(result == expected, result + " instead of " + expected);
        RequireSame(frame, before);
    }

    private static void RequireSame(TrackingFrame actual, TrackingFrame expected)
    {
        Report.That(actual.Kind == expected.Kind && actual.Skeleton == expected.Skeleton && actual.Hand == expected.Hand, "kind, skeleton or hand");
        Report.That(actual.Stream == expected.Stream && actual.Sequence == expected.Sequence, "stream or sequence");
        Report.That(actual.ClientTimeMs == expected.ClientTimeMs && actual.Confidence == expected.Confidence, "time or confidence");
        Report.That(actual.HasSeen == expected.HasSeen && actual.SeenRtp == expected.SeenRtp, "the picture on the screen");
        Report.That(actual.ParentSpace == expected.ParentSpace && actual.PositionTracked == expected.PositionTracked, "space");
        Report.That(actual.BoneCount == expected.BoneCount && actual.HasVelocity == expected.HasVelocity, "counts");
        Report.That((float)actual.HorizontalFovDeg == (float)expected.HorizontalFovDeg || double.IsNaN(actual.HorizontalFovDeg + expected.HorizontalFovDeg), "fov");
        Report.That((float)actual.VerticalFovDeg == (float)expected.VerticalFovDeg || double.IsNaN(actual.VerticalFovDeg + expected.VerticalFovDeg), "vertical fov");
        RequireSame("position", actual.Positions, expected.Positions, expected.BoneCount * 3);
        RequireSame("rotation", actual.Rotations, expected.Rotations, expected.BoneCount * 4);
        for (int bone = 0; bone < expected.BoneCount; bone++) Report.That(actual.Valid[bone] == expected.Valid[bone], "validity of bone " + bone);
        if (expected.HasVelocity)
        {
            RequireSame("velocity", actual.LinearVelocities, expected.LinearVelocities, expected.BoneCount * 3);
            RequireSame("angular velocity", actual.AngularVelocities, expected.AngularVelocities, expected.BoneCount * 3);
        }
        if (expected.Kind != FrameKind.Controller) return;
        Report.That(actual.ButtonCount == expected.ButtonCount && actual.AxisCount == expected.AxisCount, "buttons or axes");
        Report.That(actual.Pressed == expected.Pressed && actual.Touched == expected.Touched, "pressed or touched");
        RequireSame("button", actual.Buttons, expected.Buttons, expected.ButtonCount);
        RequireSame("axis", actual.Axes, expected.Axes, expected.AxisCount);
    }

    private static void RequireSame(string what, float[] actual, float[] expected, int count)
    {
        for (int index = 0; index < count; index++)
            Report.That(actual[index] == expected[index], what + " " + index + ": " + Json.Number(actual[index]) + " instead of " + Json.Number(expected[index]));
    }

    private static TrackingFrame FrameFrom(Dictionary<string, object> vector)
    {
        var frame = new TrackingFrame();
        string kind = Json.GetText(vector, "kind");
        List<object> valid = Json.GetList(vector, "valid");
        frame.Reset(kind == "head" ? FrameKind.Head : kind == "controller" ? FrameKind.Controller : FrameKind.Skeleton, valid.Count);
        string skeleton = Json.GetText(vector, "skeleton");
        if (skeleton != null && skeleton != "none") frame.Skeleton = (SkeletonType)Enum.Parse(typeof(SkeletonType), skeleton);
        string hand = Json.GetText(vector, "hand");
        frame.Hand = hand == "left" ? Hand.Left : hand == "right" ? Hand.Right : Hand.None;
        frame.Stream = (ushort)Json.GetNumber(vector, "stream");
        frame.Sequence = (uint)Json.GetNumber(vector, "sequence");
        frame.ClientTimeMs = Json.GetNumber(vector, "clientTimeMs");
        frame.Confidence = Json.GetNumber(vector, "confidence");
        frame.HasSeen = vector.ContainsKey("seenRtpTicks");
        frame.SeenRtp = frame.HasSeen ? (uint)Json.GetNumber(vector, "seenRtpTicks") : 0;
        frame.ParentSpace = Is(vector, "parentSpace", false);
        frame.PositionTracked = Is(vector, "positionTracked", true);
        Fill(frame.Positions, vector, "positions");
        Fill(frame.Rotations, vector, "rotations");
        for (int bone = 0; bone < valid.Count; bone++) frame.Valid[bone] = (double)valid[bone] == 1;
        frame.HasVelocity = Fill(frame.LinearVelocities, vector, "linearVelocities") > 0;
        Fill(frame.AngularVelocities, vector, "angularVelocities");
        List<object> fov = Json.GetList(vector, "fovDeg");
        if (fov != null) frame.HorizontalFovDeg = (double)fov[0];
        if (fov != null && fov.Count > 1) frame.VerticalFovDeg = (double)fov[1];
        frame.ButtonCount = Fill(frame.Buttons, vector, "buttons");
        frame.AxisCount = Fill(frame.Axes, vector, "axes");
        if (frame.Kind != FrameKind.Controller) return frame;
        frame.Pressed = (uint)Json.GetNumber(vector, "pressed");
        frame.Touched = (uint)Json.GetNumber(vector, "touched");
        return frame;
    }

    private static int Fill(float[] numbers, Dictionary<string, object> vector, string name)
    {
        List<object> list = Json.GetList(vector, name);
        if (list == null) return 0;
        for (int index = 0; index < list.Count; index++) numbers[index] = (float)(double)list[index];
        return list.Count;
    }

    private static bool Is(Dictionary<string, object> vector, string name, bool otherwise)
    {
        object value;
        return vector.TryGetValue(name, out value) ? (bool)value : otherwise;
    }

    public static string Hex(byte[] bytes, int length)
    {
        var hex = new StringBuilder(length * 2);
        for (int index = 0; index < length; index++) hex.Append(bytes[index].ToString("x2", CultureInfo.InvariantCulture));
        return hex.ToString();
    }

    private static byte[] Bytes(string hex)
    {
        var bytes = new byte[hex.Length / 2];
        for (int index = 0; index < bytes.Length; index++) bytes[index] = Convert.ToByte(hex.Substring(index * 2, 2), 16);
        return bytes;
    }
}

/// <summary>What the TypeScript test reads and compares.</summary>
internal static class Dump
{
    public static void Tables()
    {
        foreach (SkeletonType type in Enum.GetValues(typeof(SkeletonType)))
        {
            Skeleton skeleton = Skeleton.Of(type);
            if (skeleton == null) continue;
            var names = new List<string>();
            var parents = new List<string>();
            for (int bone = 0; bone < skeleton.BoneCount; bone++)
            {
                names.Add(Json.Quote(skeleton.NameOf(bone)));
                parents.Add(Json.Number(skeleton.ParentOf(bone)));
            }
            Console.WriteLine("{\"type\":" + Json.Quote(type.ToString()) + ",\"wireId\":" + Json.Number((int)type) + ",\"prefix\":" + Json.Quote(skeleton.Prefix)
                + ",\"names\":[" + string.Join(",", names.ToArray()) + "],\"parents\":[" + string.Join(",", parents.ToArray()) + "]}");
        }
    }

    /// <summary>Of each pose in Unity's axes: the same in world axes, and Unity's Euler angles of it.</summary>
    public static void Axes(string text)
    {
        var frame = new TrackingFrame();
        foreach (object item in Json.GetList(Json.ParseObject(text), "poses"))
        {
            var pose = (List<object>)item;
            var n = new float[13];
            for (int index = 0; index < n.Length; index++) n[index] = (float)(double)pose[index];
            frame.Reset(FrameKind.Head, 1);
            UnityAxes.SetBone(frame, 0, n[0], n[1], n[2], n[3], n[4], n[5], n[6]);
            UnityAxes.SetVelocity(frame, 0, n[7], n[8], n[9], n[10], n[11], n[12]);
            var numbers = new List<string>();
            for (int part = 0; part < 3; part++) numbers.Add(Json.Number(frame.Positions[part]));
            for (int part = 0; part < 4; part++) numbers.Add(Json.Number(frame.Rotations[part]));
            for (int part = 0; part < 3; part++) numbers.Add(Json.Number(frame.LinearVelocities[part]));
            for (int part = 0; part < 3; part++) numbers.Add(Json.Number(frame.AngularVelocities[part]));
            Console.WriteLine("{\"world\":[" + string.Join(",", numbers.ToArray()) + "],\"camera\":" + LegacyMessages.EncodeCamera(frame, 81.25) + "}");
        }
    }

    /// <summary>Of each message and size of its picture: what the shader is given for both eyes.</summary>
    public static void Geometry(string text)
    {
        foreach (object item in Json.GetList(Json.ParseObject(text), "pictures"))
        {
            var picture = (Dictionary<string, object>)item;
            FrameMessage message;
            Report.That(FrameMessage.TryParse(Json.GetText(picture, "message"), out message), "it is no message");
            for (int eye = 0; eye < 2; eye++)
            {
                PictureGeometry g = PictureGeometry.From(message, eye == 1, (int)Json.GetNumber(picture, "width"), (int)Json.GetNumber(picture, "height"));
                Console.WriteLine("{\"EyeFromPicture\":" + Four(g.EyeFromPicture) + ",\"WorldFromPicture\":" + Four(g.WorldFromPicture) + ",\"Span\":" + Four(g.Span) + ",\"Rows\":"
                    + Four(g.Rows) + ",\"Foveation\":" + Four(g.Foveation) + ",\"Tile\":" + Four(g.Tile) + ",\"Size\":" + Four(g.Size) + "}");
            }
        }
    }

    private static string Four(Vector4Numbers numbers)
    {
        return "[" + Json.Number(numbers.X) + "," + Json.Number(numbers.Y) + "," + Json.Number(numbers.Z) + "," + Json.Number(numbers.W) + "]";
    }

    /// <summary>What is understood of texts of the server.</summary>
    public static void Heard(string text)
    {
        foreach (object item in Json.GetList(Json.ParseObject(text), "texts"))
        {
            ServerMessage control = ControlMessages.Parse((string)item);
            HapticsMessage haptics;
            FrameMessage frame;
            if (control.Kind == ServerMessageKind.Welcome)
            {
                WelcomeMessage welcome = control.Welcome;
                Console.WriteLine("{\"welcome\":[" + Json.Quote(welcome.Session) + "," + (welcome.Binary ? "true" : "false") + "," + Json.Number(welcome.MaxHz) + ","
                    + Json.Number(welcome.ServerTimeMs) + "," + Json.Number(welcome.Width) + "," + Json.Number(welcome.Height) + "," + Json.Number(welcome.Eyes) + ","
                    + Json.Number(welcome.FovDeg) + "," + Json.Quote(welcome.SourceName) + "]}");
            }
            else if (control.Kind == ServerMessageKind.Ping) Console.WriteLine("{\"pong\":" + ControlMessages.Pong(control.T0, 10.5, 11.25) + "}");
            else if (control.Kind == ServerMessageKind.Pong)
                Console.WriteLine("{\"times\":[" + Json.Number(control.T0) + "," + Json.Number(control.T1) + "," + Json.Number(control.T2) + "]}");
            else if (control.Kind == ServerMessageKind.Error)
                Console.WriteLine("{\"error\":[" + Json.Quote(control.Error.Code) + "," + Json.Quote(control.Error.Words) + "," + (control.Error.Fatal ? "true" : "false") + "]}");
            else if (control.Kind == ServerMessageKind.Source)
            {
                SourceMessage source = control.Source;
                Console.WriteLine("{\"source\":[\"" + source.State + "\"," + Json.Number(source.Attempt) + "," + (source.Code == null ? "null" : Json.Quote(source.Code)) + ","
                    + (source.Reason == null ? "null" : Json.Quote(source.Reason)) + "," + (source.MayPlayAgain ? "true" : "false") + "]}");
            }
            else if (control.Kind == ServerMessageKind.Hold)
                Console.WriteLine("{\"hold\":[" + (control.Hold.On ? "true" : "false") + "," + (control.Hold.Reason == null ? "null" : Json.Quote(control.Hold.Reason)) + ","
                    + Json.Number(control.Hold.AgeMs) + "," + (control.Hold.Needs == null ? "null" : Json.Quote(control.Hold.Needs)) + "]}");
            else if (control.Kind == ServerMessageKind.Stats) Console.WriteLine("{\"stats\":" + Json.Number(Json.GetNumber(control.Fields, "sourceFps")) + "}");
            else if (HapticsMessage.TryParse((string)item, out haptics))
                Console.WriteLine("{\"haptics\":[" + Json.Number(haptics.TimestampSec) + "," + Touch(haptics.Left) + "," + Touch(haptics.Right) + "]}");
            else if (FrameMessage.TryParse((string)item, out frame))
                Console.WriteLine("{\"frame\":[" + Json.Number(frame.Rtp) + "," + Json.Number(frame.PoseSequence) + "," + Json.Number(frame.Qx) + "," + Json.Number(frame.Qy)
                    + "," + Json.Number(frame.Qz) + "," + Json.Number(frame.Qw) + "," + Json.Number(frame.FovDeg) + "," + Json.Number(frame.Eyes) + "]}");
            else Console.WriteLine("null");
        }
    }

    private static string Touch(HandTouch touch)
    {
        return "[" + Json.Number(touch.Thumb) + "," + Json.Number(touch.Index) + "," + Json.Number(touch.Middle) + "," + Json.Number(touch.Ring) + ","
            + Json.Number(touch.Little) + "," + Json.Number(touch.Palm) + "]";
    }

    /// <summary>A client's whole session, one message a line: label, and text or hexadecimal bytes.</summary>
    public static void Messages()
    {
        var streams = new List<StreamInfo>
        {
            new StreamInfo { Id = StreamIds.Head, Kind = FrameKind.Head },
            new StreamInfo { Id = StreamIds.LeftHand, Kind = FrameKind.Skeleton, Skeleton = SkeletonType.XRHandLeft, Hand = Hand.Left },
            new StreamInfo { Id = StreamIds.Body, Kind = FrameKind.Skeleton, Skeleton = SkeletonType.FullBody, Label = "Movement SDK \"ä\"" },
            new StreamInfo { Id = StreamIds.RightController, Kind = FrameKind.Controller, Hand = Hand.Right },
        };
        Say("control", ControlMessages.Hello("panogaze unity", "0.1.0", "Quest 3 “dev”", streams, ViewWish.From(1279.6, 1280, 2), true));
        Say("control", ControlMessages.Recenter(-35.5));
        Say("control", ControlMessages.PlayAgain());
        Say("control", ControlMessages.Engage(true));
        Say("control", ControlMessages.Engage(false));
        Say("control", ControlMessages.Ping(1234.5));
        ViewWish shaped = ViewWish.From(1440, 1600, 2);
        shaped.Foveated = true;
        shaped.Frusta = new[] { new EyeFrustum { Left = 1.25, Right = 0.75, Up = 0.875, Down = 1 }, new EyeFrustum { Left = 0.75, Right = 1.25, Up = 0.875, Down = 1 } };
        Say("control", ControlMessages.View(shaped));
        Say("control", ControlMessages.View(ViewWish.From(640, 480, 1)));
        Say("control", ControlMessages.Stats(640, 480, 12, 0, 1.25));
        Say("control", ControlMessages.SkeletonChanged(StreamIds.Body, 2, SkeletonType.FullBody));
        var sender = new TrackingSender();
        var encoder = new TrackingEncoder();
        TrackingFrame head = Frames.Head(0.5f);
        sender.Put(head);
        sender.Put(Frames.Skeleton(SkeletonType.FullBody, StreamIds.Body));
        sender.Put(Frames.Skeleton(SkeletonType.XRHandLeft, StreamIds.LeftHand));
        sender.Put(Frames.Controller());
        TrackingFrame next;
        while ((next = sender.Next(100, 0)) != null)
        {
            int length = encoder.Encode(next, next.Stream == StreamIds.Body ? BinaryEncoding.Linked : BinaryEncoding.Q16);
            Report.That(length > 0, "nothing to send");
            Console.WriteLine("{\"label\":\"tracking\",\"hex\":\"" + Vectors.Hex(encoder.Buffer, length) + "\"}");
            sender.Done(next, length, 100);
        }
        head.Sequence = 2;
        Say("tracking", TrackingText.EncodeHead(head));
        Say("camera", LegacyMessages.EncodeCamera(head, 90));
        var legacy = new LegacyMessages();
        int legacyLength = legacy.EncodeBody(Frames.Skeleton(SkeletonType.FullBody, StreamIds.Body));
        Console.WriteLine("{\"label\":\"body_pose\",\"hex\":\"" + Vectors.Hex(legacy.Buffer, legacyLength) + "\"}");
    }

    private static void Say(string label, string text)
    {
        Console.WriteLine("{\"label\":" + Json.Quote(label) + ",\"text\":" + Json.Quote(text) + "}");
    }
}

/// <summary>Frames with numbers that can be told from each other.</summary>
internal static class Frames
{
    public static TrackingFrame Head(float px)
    {
        var frame = new TrackingFrame();
        frame.Reset(FrameKind.Head, 1);
        frame.ClientTimeMs = 1500.25;
        frame.HorizontalFovDeg = 100.5;
        // In Unity: half a metre to the right, 1.6 up, 0.2 in front, turned right by 90 degrees.
        UnityAxes.SetBone(frame, 0, px, 1.6f, 0.2f, 0, 0.70710678f, 0, 0.70710678f);
        return frame;
    }

    public static TrackingFrame Skeleton(SkeletonType type, ushort stream)
    {
        var frame = new TrackingFrame();
        frame.ResetSkeleton(type);
        frame.Stream = stream;
        frame.ClientTimeMs = 1500.25;
        for (int bone = 0; bone < frame.BoneCount; bone++)
        {
            if (bone % 7 == 5) continue;
            double half = bone * 0.1;
            frame.SetBone(bone, bone / 100f, 1, -0.5f, 0, (float)Math.Sin(half), 0, (float)Math.Cos(half));
        }
        return frame;
    }

    public static TrackingFrame Controller()
    {
        var frame = new TrackingFrame();
        frame.Reset(FrameKind.Controller, 2);
        frame.Stream = StreamIds.RightController;
        frame.Hand = Hand.Right;
        frame.ClientTimeMs = 1500.25;
        frame.SetBone(0, 0.25f, 1, -0.5f, 0, 0, 0, 1);
        frame.SetBone(1, 0.25f, 1, -0.75f, 0, 0, 0, 1);
        frame.AddButton(1, true, true);
        frame.AddButton(0.5f, false, true);
        frame.AddAxis(0.25f);
        frame.AddAxis(-1);
        return frame;
    }
}
