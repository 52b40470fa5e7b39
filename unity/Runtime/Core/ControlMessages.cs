using System.Collections.Generic;
using System.Text;

namespace Panogaze
{
    /// <summary>One thing that the client tracks, as its hello tells it.</summary>
    public sealed class StreamInfo
    {
        public ushort Id;
        public FrameKind Kind;
        public SkeletonType Skeleton = SkeletonType.None;
        public Hand Hand = Hand.None;
        public bool ParentSpace;
        public string Label;
    }

    /// <summary>The streams of every panogaze client.</summary>
    public static class StreamIds
    {
        public const ushort Head = 0;
        public const ushort LeftHand = 1;
        public const ushort RightHand = 2;
        public const ushort Body = 3;
        public const ushort LeftController = 4;
        public const ushort RightController = 5;
    }

    /// <summary>The picture that would fit best, pixels of one eye.</summary>
    public struct ViewWish
    {
        public int Width;
        public int Height;
        /// <summary>2 asks for both eyes of a source that has two.</summary>
        public int Eyes;
        /// <summary>The cameras of the eyes, the left one first, as many as Eyes; null: square pixels and the head's field of view.</summary>
        public EyeFrustum[] Frusta;
        /// <summary>Squeezed towards the edges: for programs that unsqueeze, as PanoramaLockedView does.</summary>
        public bool Foveated;

        /// <summary>As the protocol takes it: even, the sides within 64 to 4096, the shape kept. Width 0: no wish.</summary>
        public static ViewWish From(double width, double height, int eyes)
        {
            if (!(width > 0 && height > 0) || double.IsInfinity(width) || double.IsInfinity(height)) return new ViewWish { Eyes = eyes };
            double shrink = System.Math.Min(1, 4096 / System.Math.Max(width, height));
            return new ViewWish { Width = Side(width * shrink), Height = Side(height * shrink), Eyes = eyes };
        }

        private static int Side(double length)
        {
            return System.Math.Max(64, 2 * (int)System.Math.Floor(length / 2 + 0.5));
        }
    }

    /// <summary>What the server said of itself.</summary>
    public sealed class WelcomeMessage
    {
        public string Session;
        /// <summary>The server takes the binary form of the tracking channel.</summary>
        public bool Binary;
        /// <summary>Messages a second of one channel that the server listens to.</summary>
        public double MaxHz;
        /// <summary>Server's monotonic clock, milliseconds.</summary>
        public double ServerTimeMs;
        /// <summary>Size of one eye's picture, 0 where it is not said.</summary>
        public int Width;
        public int Height;
        /// <summary>1, or 2: the left eye's picture is on top, the right eye's below it.</summary>
        public int Eyes = 1;
        public double FovDeg = double.NaN;
        public string SourceName;
    }

    /// <summary>A complaint of the server.</summary>
    public sealed class ErrorMessage
    {
        /// <summary>For programs.</summary>
        public string Code;
        /// <summary>For people.</summary>
        public string Words;
        /// <summary>The session ends with it.</summary>
        public bool Fatal;
    }

    /// <summary>What the server's source is doing. In every state but Live the picture is an old one.</summary>
    public enum SourceState
    {
        /// <summary>It does not run, because nobody watches: only clients without video are sent this.</summary>
        Idle,
        /// <summary>It is being opened, or is open and has sent no picture yet.</summary>
        Opening,
        /// <summary>Pictures come when they are due.</summary>
        Live,
        /// <summary>It is open, and its next picture is late.</summary>
        Stalled,
        /// <summary>It was lost, or could not be opened, and is tried again.</summary>
        Reconnecting,
        /// <summary>It is at its end and does not loop.</summary>
        Ended,
        /// <summary>It can't be read, and time alone will not mend that.</summary>
        Failed,
    }

    /// <summary>The state of the server's source.</summary>
    public sealed class SourceMessage
    {
        public SourceState State;
        /// <summary>Reconnecting: the number of the attempt, 1 for the first since pictures came last. 0 otherwise.</summary>
        public int Attempt;
        /// <summary>Reconnecting or failed: why, for programs. Null otherwise.</summary>
        public string Code;
        /// <summary>The same for people.</summary>
        public string Reason;
        /// <summary>Ended: the server obeys this client's PlayAgain.</summary>
        public bool MayPlayAgain;
    }

    /// <summary>Whether the server has put this client's control on hold.</summary>
    public sealed class HoldMessage
    {
        public bool On;
        /// <summary>Why, for programs: picture-old, operator-silent, ... Null where it is not said.</summary>
        public string Reason;
        /// <summary>Age of the picture, or of the newest pose or message, that the reason is about, milliseconds; NaN where it has none.</summary>
        public double AgeMs = double.NaN;
        /// <summary>The condition that the end waits for: source, picture, pose, engage or moment. Null where it is not said.</summary>
        public string Needs;
    }

    /// <summary>What a server's control message is.</summary>
    public enum ServerMessageKind
    {
        /// <summary>Not understood, or of a later version.</summary>
        None,
        Welcome,
        Ping,
        Pong,
        Error,
        Stats,
        Source,
        Hold,
    }

    /// <summary>A message of the server on the control channel.</summary>
    public sealed class ServerMessage
    {
        public ServerMessageKind Kind;
        public WelcomeMessage Welcome;
        public ErrorMessage Error;
        public SourceMessage Source;
        public HoldMessage Hold;
        /// <summary>Of ping and pong, milliseconds. T0 is on the clock of who asked, the others on that of who answered.</summary>
        public double T0, T1, T2;
        /// <summary>All fields, as Json reads them.</summary>
        public Dictionary<string, object> Fields;
    }

    /// <summary>Texts of the control channel, version 1.</summary>
    public static class ControlMessages
    {
        public const int ProtocolVersion = 1;
        public const string BinaryEncodingName = "bin1";

        /// <summary>The client's first message. Poses come in world axes, whatever Unity's own are.</summary>
        /// <param name="surround">The client can show pictures with a surround in their lowest rows.</param>
        public static string Hello(string client, string version, string device, IList<StreamInfo> streams, ViewWish view, bool surround = false)
        {
            var text = new StringBuilder("{\"type\":\"hello\",\"v\":1,\"client\":{\"name\":", 512);
            text.Append(Json.Quote(Shortened(client)));
            if (!string.IsNullOrEmpty(version)) text.Append(",\"version\":").Append(Json.Quote(Shortened(version)));
            if (!string.IsNullOrEmpty(device)) text.Append(",\"device\":").Append(Json.Quote(Shortened(device)));
            text.Append("},\"frame\":\"webxr\",\"units\":\"m\",\"streams\":[");
            for (int index = 0; index < streams.Count; index++)
            {
                if (index > 0) text.Append(',');
                AppendStream(text, streams[index]);
            }
            text.Append("],\"encodings\":[\"bin1\",\"json\"]");
            if (view.Width > 0)
            {
                text.Append(",\"view\":{");
                AppendView(text, view);
                text.Append('}');
            }
            if (surround) text.Append(",\"picture\":{\"surround\":true}");
            return text.Append('}').ToString();
        }

        public static string View(ViewWish view)
        {
            var text = new StringBuilder("{\"type\":\"view\",");
            AppendView(text, view);
            return text.Append('}').ToString();
        }

        public static string Ping(double nowMs)
        {
            return "{\"type\":\"ping\",\"t0\":" + Json.Number(nowMs) + "}";
        }

        /// <param name="t0">The ping's own.</param>
        /// <param name="receivedMs">When it came, this client's clock.</param>
        public static string Pong(double t0, double receivedMs, double nowMs)
        {
            return "{\"type\":\"pong\",\"t0\":" + Json.Number(t0) + ",\"t1\":" + Json.Number(receivedMs) + ",\"t2\":" + Json.Number(nowMs) + "}";
        }

        public static string Recenter(double yawDeg)
        {
            return "{\"type\":\"recenter\",\"yaw\":" + Json.Number(yawDeg) + "}";
        }

        /// <summary>Plays a source that has ended from its beginning, for everybody who watches.</summary>
        public static string PlayAgain()
        {
            return "{\"type\":\"playAgain\"}";
        }

        /// <summary>The gesture by which the person takes control: a grip is squeezed, or let go.</summary>
        public static string Engage(bool on)
        {
            return "{\"type\":\"engage\",\"on\":" + (on ? "true" : "false") + "}";
        }

        /// <summary>The proportions of a stream's bones have changed.</summary>
        /// <param name="count">How often they have, as the headset counts.</param>
        public static string SkeletonChanged(ushort stream, uint count, SkeletonType skeleton)
        {
            return "{\"type\":\"skeletonChanged\",\"id\":" + Json.Number(stream) + ",\"count\":" + Json.Number(count)
                + (skeleton == SkeletonType.None ? "" : ",\"skeleton\":" + Json.Quote(skeleton.ToString())) + "}";
        }

        /// <summary>Counters for the server's log; negative ones are unknown and left out.</summary>
        public static string Stats(int width, int height, long posesSent, long posesReplaced, double roundTripMs)
        {
            var text = new StringBuilder("{\"type\":\"stats\"");
            AppendKnown(text, "width", width);
            AppendKnown(text, "height", height);
            AppendKnown(text, "posesSent", posesSent);
            AppendKnown(text, "posesReplaced", posesReplaced);
            AppendKnown(text, "roundTripMs", roundTripMs);
            return text.Append('}').ToString();
        }

        /// <summary>Reads what the server says. Never throws; what is not as the protocol says has no kind.</summary>
        public static ServerMessage Parse(string text)
        {
            Dictionary<string, object> fields = Json.ParseObject(text);
            var message = new ServerMessage { Fields = fields };
            switch (Json.GetText(fields, "type"))
            {
                case "welcome":
                    message.Welcome = WelcomeFrom(fields);
                    if (message.Welcome != null) message.Kind = ServerMessageKind.Welcome;
                    break;
                case "ping":
                    message.T0 = Json.GetNumber(fields, "t0");
                    if (!double.IsNaN(message.T0)) message.Kind = ServerMessageKind.Ping;
                    break;
                case "pong":
                    message.T0 = Json.GetNumber(fields, "t0");
                    message.T1 = Json.GetNumber(fields, "t1");
                    message.T2 = Json.GetNumber(fields, "t2");
                    if (!double.IsNaN(message.T0 + message.T1 + message.T2)) message.Kind = ServerMessageKind.Pong;
                    break;
                case "error":
                    message.Error = ErrorFrom(fields);
                    message.Kind = ServerMessageKind.Error;
                    break;
                case "stats":
                    message.Kind = ServerMessageKind.Stats;
                    break;
                case "source":
                    message.Source = SourceFrom(fields);
                    if (message.Source != null) message.Kind = ServerMessageKind.Source;
                    break;
                case "hold":
                    message.Hold = HoldFrom(fields);
                    message.Kind = ServerMessageKind.Hold;
                    break;
            }
            return message;
        }

        private static WelcomeMessage WelcomeFrom(Dictionary<string, object> fields)
        {
            double maxHz = Json.GetNumber(fields, "maxHz");
            string encoding = Json.GetText(fields, "encoding");
            if (encoding == null || !(maxHz > 0)) return null;
            Dictionary<string, object> view = Json.GetObject(fields, "view");
            double width = Json.GetNumber(view, "width"), height = Json.GetNumber(view, "height");
            return new WelcomeMessage
            {
                Session = Json.GetText(fields, "session"),
                Binary = encoding == BinaryEncodingName,
                MaxHz = maxHz,
                ServerTimeMs = Json.GetNumber(fields, "serverTime"),
                Width = width > 0 && width < 1e5 ? (int)width : 0,
                Height = height > 0 && height < 1e5 ? (int)height : 0,
                Eyes = Json.GetNumber(view, "eyes") == 2 ? 2 : 1,
                FovDeg = Json.GetNumber(view, "fovDeg"),
                SourceName = Json.GetText(Json.GetObject(fields, "source"), "name"),
            };
        }

        /// <summary>Null for a state of a later version, which clients ignore.</summary>
        private static SourceMessage SourceFrom(Dictionary<string, object> fields)
        {
            SourceState state;
            switch (Json.GetText(fields, "state"))
            {
                case "idle": state = SourceState.Idle; break;
                case "opening": state = SourceState.Opening; break;
                case "live": state = SourceState.Live; break;
                case "stalled": state = SourceState.Stalled; break;
                case "reconnecting": state = SourceState.Reconnecting; break;
                case "ended": state = SourceState.Ended; break;
                case "failed": state = SourceState.Failed; break;
                default: return null;
            }
            double attempt = Json.GetNumber(fields, "attempt");
            return new SourceMessage
            {
                State = state,
                Attempt = attempt > 0 && attempt <= int.MaxValue ? (int)attempt : 0,
                Code = Json.GetText(fields, "code"),
                Reason = Json.GetText(fields, "reason"),
                MayPlayAgain = IsTrue(fields, "mayPlayAgain"),
            };
        }

        private static HoldMessage HoldFrom(Dictionary<string, object> fields)
        {
            return new HoldMessage
            {
                On = IsTrue(fields, "on"),
                Reason = Json.GetText(fields, "reason"),
                AgeMs = Json.GetNumber(fields, "ageMs"),
                Needs = Json.GetText(fields, "needs"),
            };
        }

        private static bool IsTrue(Dictionary<string, object> fields, string name)
        {
            object value;
            return fields.TryGetValue(name, out value) && value is bool && (bool)value;
        }

        private static ErrorMessage ErrorFrom(Dictionary<string, object> fields)
        {
            return new ErrorMessage
            {
                Code = Json.GetText(fields, "code") ?? "",
                Words = Json.GetText(fields, "message") ?? "",
                Fatal = IsTrue(fields, "fatal"),
            };
        }

        private static void AppendStream(StringBuilder text, StreamInfo stream)
        {
            text.Append("{\"id\":").Append(Json.Number(stream.Id)).Append(",\"kind\":\"");
            text.Append(stream.Kind == FrameKind.Head ? "head" : stream.Kind == FrameKind.Controller ? "controller" : "skeleton").Append('"');
            if (stream.Skeleton != SkeletonType.None) text.Append(",\"skeleton\":").Append(Json.Quote(stream.Skeleton.ToString()));
            text.Append(stream.ParentSpace ? ",\"space\":\"parent\"" : ",\"space\":\"tracking\"");
            if (stream.Hand != Hand.None) text.Append(stream.Hand == Hand.Left ? ",\"hand\":\"left\"" : ",\"hand\":\"right\"");
            if (!string.IsNullOrEmpty(stream.Label)) text.Append(",\"label\":").Append(Json.Quote(Shortened(stream.Label)));
            text.Append('}');
        }

        private static void AppendView(StringBuilder text, ViewWish view)
        {
            text.Append("\"width\":").Append(Json.Number(view.Width)).Append(",\"height\":").Append(Json.Number(view.Height));
            if (view.Eyes == 2) text.Append(",\"eyes\":2");
            if (view.Foveated) text.Append(",\"foveated\":true");
            if (view.Frusta == null) return;
            for (int eye = 0; eye < view.Frusta.Length; eye++)
            {
                EyeFrustum sides = view.Frusta[eye];
                text.Append(eye == 0 ? ",\"frusta\":[{\"left\":" : ",{\"left\":").Append(Json.Number(sides.Left)).Append(",\"right\":").Append(Json.Number(sides.Right));
                text.Append(",\"up\":").Append(Json.Number(sides.Up)).Append(",\"down\":").Append(Json.Number(sides.Down)).Append('}');
            }
            text.Append(']');
        }

        private static void AppendKnown(StringBuilder text, string name, double value)
        {
            if (value >= 0) text.Append(",\"").Append(name).Append("\":").Append(Json.Number(value));
        }

        /// <summary>The protocol takes texts of up to 200 characters.</summary>
        private static string Shortened(string text)
        {
            return text.Length <= 200 ? text : text.Substring(0, 200);
        }
    }
}
