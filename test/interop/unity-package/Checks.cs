using System;
using System.Collections.Generic;
using System.Globalization;
using Panogaze;

/// <summary>What holds of the core by itself.</summary>
internal static class Checks
{
    public static int Run()
    {
        Report.Check("numbers are the same in every culture", Numbers);
        Report.Check("JSON is read as RFC 8259 says", ReadsJson);
        Report.Check("what is no JSON is refused, whatever is cut or changed", RefusesBrokenJson);
        Report.Check("a pose that no binary number can hold is not sent", NothingToSend);
        Report.Check("random bytes never throw and never change what was decoded before", Fuzz);
        Report.Check("the encoder and the sender allocate nothing", AllocatesNothing);
        Report.Check("parent space and tracking space lead into each other", Spaces);
        Report.Check("a hand that OVRSkeleton nests is in the tracking space where its Transforms are", FirstHands);
        Report.Check("the head goes first, then what has waited longest", HeadFirst);
        Report.Check("the newest frame wins, and nothing is sent while the channel holds a message", NewestWins);
        Report.Check("no more is handed over than the path takes", Window);
        Report.Check("streams keep their rates", Rates);
        Report.Check("a head that rests is repeated twice a second", Repeats);
        Report.Check("a frame says which picture was on the screen when it was put, or repeated", Sees);
        Report.Check("sequence numbers go on after the last one, without 0", Sequences);
        Report.Check("the shortest round trip tells the clock", Clock);
        Report.Check("waits double up to 15 s and listen to the server", Delays);
        Report.Check("a connection is kept", Keeps);
        Report.Check("WHEP and /offer are spoken", Whep);
        Report.Check("URLs are resolved as RFC 3986 says", Urls);
        Report.Check("Link and Retry-After are read", Headers);
        Report.Check("a touch ends a second after the last message", Haptics);
        Report.Check("what is lost is told for a second", Lost);
        Report.Check("a picture's message is found by its time stamp", History);
        Report.Check("the picture stands where it was drawn for", Quad);
        Report.Check("the frusta of eyes are widened within the server's bounds, and none is made of an empty matrix", Frusta);
        Report.Check("the margin follows the head's speed and the latency, and shrinks after a second", Margin);
        Report.Check("the latency is that of nearly all pictures", Latency);
        Report.Check("frusta and foveation that are not as the protocol says are refused", RefusesGeometry);
        return Report.ExitCode;
    }

    private static void Numbers()
    {
        Report.That(Json.Number(1.5) == "1.5", "1.5 is " + Json.Number(1.5));
        Report.That(Json.Number(-1234567.125) == "-1234567.125", Json.Number(-1234567.125));
        Report.That(Json.Number(1e-7) == "1E-07" || Json.Number(1e-7) == "1e-07" || Json.Number(1e-7) == "1E-7", Json.Number(1e-7));
        Report.That(Json.Number(double.NaN) == "null" && Json.Number(double.PositiveInfinity) == "null", "what is not finite");
        var random = new Random(1);
        for (int round = 0; round < 2000; round++)
        {
            double value = (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-12, 12));
            double read = Json.GetNumber(Json.ParseObject("{\"a\":" + Json.Number(value) + "}"), "a");
            Report.That(read == value, "round trip of " + value.ToString("R", CultureInfo.InvariantCulture));
        }
    }

    private static void ReadsJson()
    {
        const string text = " {\"a\" : [1, -2.5e2, true, false, null, \"x\\u00e4\\n\\\"\"], \"b\":{\"c\":{}} , \"a2\":[]} ";
        Dictionary<string, object> fields = Json.ParseObject(text);
        List<object> list = Json.GetList(fields, "a");
        Report.That(list.Count == 6 && (double)list[0] == 1 && (double)list[1] == -250 && (bool)list[2] && !(bool)list[3] && list[4] == null, "values");
        Report.That((string)list[5] == "x\u00e4\n\"", "escapes");
        Report.That(Json.GetObject(Json.GetObject(fields, "b"), "c").Count == 0, "nesting");
        const string awkward = "a\"\\/\n\t\u0001\u00e4\u4e2d\ud83d\ude00";
        string quoted = Json.Quote(awkward);
        foreach (char letter in quoted) Report.That(letter >= ' ' && letter < 0x7f, "only ASCII leaves");
        Report.That(Json.GetText(Json.ParseObject("{\"t\":" + quoted + "}"), "t") == awkward, "round trip of a text");
    }

    private static void RefusesBrokenJson()
    {
        foreach (string text in new[]
        {
            "", "[]", "1", "null", "{", "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "{\"a\":01}", "{\"a\":1.}", "{\"a\":.5}", "{\"a\":+1}", "{\"a\":1e}", "{\"a\":NaN}", "{\"a\":1e999}",
            "{\"a\":\"\n\"}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":1}x", "{\"a\":1,5}", "{\"a\":tru}",
        })
            Report.That(Json.ParseObject(text) == null, "not refused: " + text);
        Report.That(Json.ParseObject("{\"a\":" + new string('[', 5000) + new string(']', 5000) + "}") == null, "too deep");
        var random = new Random(2);
        const string good = "{\"type\":\"frame\",\"rtp\":4095,\"pose\":2,\"q\":[0.1,-0.2,0.3,0.9],\"fov\":90,\"t\":{\"draw\":1e3}}";
        for (int round = 0; round < 5000; round++)
        {
            char[] letters = good.ToCharArray();
            letters[random.Next(letters.Length)] = (char)random.Next(1, 128);
            string mutated = new string(letters, 0, round % 2 == 0 ? letters.Length : random.Next(letters.Length));
            FrameMessage frame;
            HapticsMessage haptics;
            FrameMessage.TryParse(mutated, out frame);
            HapticsMessage.TryParse(mutated, out haptics);
            ControlMessages.Parse(mutated);
        }
    }

    private static void NothingToSend()
    {
        var encoder = new TrackingEncoder();
        TrackingFrame head = Frames.Head(float.NaN);
        Report.That(encoder.Encode(head, BinaryEncoding.F32) == 0 && TrackingText.EncodeHead(head) == null, "a position that is not finite");
        head = Frames.Head(1);
        head.Rotations[3] = 3;
        Report.That(encoder.Encode(head, BinaryEncoding.F32) == 0 && LegacyMessages.EncodeCamera(head, 90) == null, "a rotation that is none");
        Report.That(encoder.Encode(new TrackingFrame(), BinaryEncoding.F32) == 0, "an empty frame");
        TrackingFrame body = Frames.Skeleton(SkeletonType.FullBody, 3);
        body.Positions[0] = float.PositiveInfinity;
        int length = encoder.Encode(body, BinaryEncoding.Q16);
        var decoded = new TrackingFrame();
        var decoder = new TrackingDecoder();
        Report.That(decoder.Decode(encoder.Buffer, length, decoded) == DecodeResult.Message && !decoded.Valid[0] && decoded.Valid[1], "only the bone is left out");
    }

    private static void Fuzz()
    {
        var random = new Random(3);
        var encoder = new TrackingEncoder();
        var frame = new TrackingFrame();
        frame.Reset(FrameKind.Head, 1);
        frame.Sequence = 77;
        var decoder = new TrackingDecoder();
        for (int round = 0; round < 20000; round++)
        {
            TrackingFrame good = round % 3 == 0 ? Frames.Head(1) : round % 3 == 1 ? Frames.Skeleton(SkeletonType.XRHandLeft, 1) : Frames.Controller();
            int length = encoder.Encode(good, (BinaryEncoding)(round % 7 % 3));
            var bytes = new byte[length];
            Array.Copy(encoder.Buffer, bytes, length);
            for (int change = random.Next(4); change >= 0; change--) bytes[random.Next(length)] = (byte)random.Next(256);
            int cut = random.Next(3) == 0 ? random.Next(length) : length;
            uint before = frame.Sequence;
            if (decoder.Decode(bytes, cut, frame) != DecodeResult.Message) Report.That(frame.Sequence == before, "it changed");
            else for (int bone = 0; bone < frame.BoneCount; bone++) Report.That(!frame.Valid[bone] || frame.IsSendable(bone), "a bone that is none");
        }
    }

    private static void AllocatesNothing()
    {
        var sender = new TrackingSender();
        var encoder = new TrackingEncoder();
        TrackingFrame body = Frames.Skeleton(SkeletonType.FullBody, StreamIds.Body);
        TrackingFrame head = Frames.Head(1);
        var decoded = new TrackingFrame();
        var decoder = new TrackingDecoder();
        double nowMs = 0;
        Action round = () =>
        {
            nowMs += 11;
            sender.Put(head);
            sender.Put(body);
            TrackingFrame next;
            while ((next = sender.Next(nowMs, 0)) != null)
            {
                int length = encoder.Encode(next, BinaryEncoding.Linked);
                decoder.Decode(encoder.Buffer, length, decoded);
                sender.Done(next, length, nowMs);
            }
        };
        for (int warm = 0; warm < 100; warm++) round();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int count = 0; count < 5000; count++) round();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        // The smallest object in each round would be more.
        Report.That(allocated < 5000 * 8, "bytes: " + Json.Number(allocated));
    }

    private static void Spaces()
    {
        var space = new SkeletonSpace();
        foreach (SkeletonType type in new[] { SkeletonType.XRHandLeft, SkeletonType.FullBody })
        {
            TrackingFrame frame = RandomSkeleton(type, 4);
            var before = new TrackingFrame();
            before.CopyFrom(frame);
            space.ToParent(frame);
            Report.That(frame.ParentSpace, "it says so");
            int root = type == SkeletonType.FullBody ? FullBodyBone.Root : XRHandBone.Wrist;
            Report.Near(frame.Positions[root * 3], before.Positions[root * 3], 1e-6, "the root stays");
            int palm = type == SkeletonType.FullBody ? FullBodyBone.Hips : XRHandBone.Palm;
            // The distance to the parent is the length of the local position.
            double local = 0, apart = 0;
            for (int part = 0; part < 3; part++)
            {
                local += Math.Pow(frame.Positions[palm * 3 + part], 2);
                apart += Math.Pow(before.Positions[palm * 3 + part] - before.Positions[root * 3 + part], 2);
            }
            Report.Near(Math.Sqrt(local), Math.Sqrt(apart), 1e-6, "length");
            space.ToTracking(frame);
            for (int index = 0; index < frame.BoneCount * 3; index++) Report.Near(frame.Positions[index], before.Positions[index], 1e-5, "position " + index);
            for (int bone = 0; bone < frame.BoneCount; bone++) Report.Near(Math.Abs(Dot(frame, before, bone)), 1, 1e-5, "rotation " + bone);
        }
        TrackingFrame holed = RandomSkeleton(SkeletonType.XRHandLeft, 5);
        holed.Valid[XRHandBone.IndexProximal] = false;
        space.ToParent(holed);
        Report.That(!holed.Valid[XRHandBone.IndexIntermediate] && holed.Valid[XRHandBone.IndexDistal] && holed.Valid[XRHandBone.MiddleProximal], "only children of a hole are lost");
        space.ToTracking(holed);
        Report.That(!holed.Valid[XRHandBone.IndexDistal] && holed.Valid[XRHandBone.MiddleTip], "whatever hangs on a hole is lost");
    }

    /// <summary>
    /// Does what OVRSkeleton does with the state of Meta's first hands, in Unity's axes and with nested Transforms, and compares where the bones are: the root
    /// flipped about Z, all below it flipped about X, the wrist turned by half a turn about Y.
    /// </summary>
    private static void FirstHands()
    {
        var random = new Random(6);
        for (int round = 0; round < 20; round++)
        {
            var hand = new LegacyHandPose();
            Skeleton table = Skeleton.Of(SkeletonType.HandLeft);
            var frame = new TrackingFrame();
            frame.ResetSkeleton(SkeletonType.HandLeft);
            float scale = 0.8f + round / 50f;
            double[] root = { 0.1 * round, 1.2, -0.4 };
            double[] rootTurn = RandomRotation(random);
            hand.SetRoot((float)root[0], (float)root[1], (float)root[2], (float)rootTurn[0], (float)rootTurn[1], (float)rootTurn[2], (float)rootTurn[3]);
            var unityPositions = new double[24][];
            var unityRotations = new double[24][];
            for (int bone = 0; bone < 24; bone++)
            {
                double[] rest = bone == 0 ? new double[] { 0, 0, 0 } : new[] { random.NextDouble() / 10, random.NextDouble() / 10, random.NextDouble() / 10 };
                double[] turn = bone == 0 ? new double[] { 0, 0, 0, 1 } : RandomRotation(random);
                // As Unity shows it: x flipped.
                hand.SetRest(bone, table.ParentOf(bone), (float)-rest[0], (float)rest[1], (float)rest[2]);
                double[] local = { -rest[0] * scale, rest[1] * scale, rest[2] * scale };
                double[] localTurn = { turn[0], -turn[1], -turn[2], turn[3] };
                if (bone == 0) localTurn = Product(localTurn, new double[] { 0, 1, 0, 0 });
                int parent = table.ParentOf(bone);
                double[] from = parent == -1 ? new[] { root[0], root[1], -root[2] } : unityPositions[parent];
                double[] by = parent == -1 ? new[] { -rootTurn[0], -rootTurn[1], rootTurn[2], rootTurn[3] } : unityRotations[parent];
                double[] turned = Turned(by, local);
                unityPositions[bone] = new[] { from[0] + turned[0], from[1] + turned[1], from[2] + turned[2] };
                unityRotations[bone] = Product(by, localTurn);
                hand.Place(frame, bone, scale, (float)turn[0], (float)turn[1], (float)turn[2], (float)turn[3]);
                // Into world axes: flipped about Z.
                Report.Near(frame.Positions[bone * 3], unityPositions[bone][0], 1e-5, "x of " + bone);
                Report.Near(frame.Positions[bone * 3 + 1], unityPositions[bone][1], 1e-5, "y of " + bone);
                Report.Near(frame.Positions[bone * 3 + 2], -unityPositions[bone][2], 1e-5, "z of " + bone);
                // The Transform's axes are the bone's own turned by half a turn about Y.
                double[] shown = Product(unityRotations[bone], new double[] { 0, 1, 0, 0 });
                double dot = -shown[0] * frame.Rotations[bone * 4] - shown[1] * frame.Rotations[bone * 4 + 1] + shown[2] * frame.Rotations[bone * 4 + 2] + shown[3] * frame.Rotations[bone * 4 + 3];
                Report.Near(Math.Abs(dot), 1, 1e-5, "rotation of " + bone);
            }
        }
    }

    private static void HeadFirst()
    {
        var sender = new TrackingSender();
        string order = "";
        for (int round = 0; round < 3; round++)
        {
            sender.Put(Frames.Skeleton(SkeletonType.XRHandLeft, 1));
            sender.Put(Frames.Skeleton(SkeletonType.FullBody, 3));
            sender.Put(Frames.Head(1));
            order += Drain(sender, round * 11, 100);
        }
        Report.That(order == "013013013", "order " + order);
        // A window that takes one body at a time: who has waited longest goes first, and the small hand does not overtake the body.
        sender = new TrackingSender();
        sender.RoundTripMs = 1000;
        sender.Put(Frames.Head(1));
        Report.That(sender.Next(0, 1) == null && sender.WindowBytes == 4 * 1191, "the path is narrow");
        order = "";
        for (int round = 1; round < 12; round++)
        {
            sender.Put(Frames.Skeleton(SkeletonType.XRHandLeft, 1));
            sender.Put(Frames.Skeleton(SkeletonType.FullBody, 3));
            sender.Put(Frames.Head(1));
            foreach (char stream in Drain(sender, round * 11, 1100)) order += stream;
        }
        Report.That(order.StartsWith("0130130") && order.Split('3').Length == 3 && order.Split('0').Length == 12, "order " + order);
    }

    private static void NewestWins()
    {
        var sender = new TrackingSender();
        for (int count = 0; count < 5; count++) sender.Put(Frames.Head(count));
        Report.That(sender.Next(0, 100) == null, "the channel is not free");
        TrackingFrame next = sender.Next(1, 0);
        Report.That(next.Positions[0] == 4 && next.Sequence == 1 && sender.Replaced == 4, "the newest, with the first number");
        Report.That(sender.Next(1, 0) == next, "what was not sent still waits");
        sender.Done(next, 52, 1);
        Report.That(sender.Next(2, 0) == null && sender.Sent == 1, "it is sent once");
        sender.Put(Frames.Head(8));
        Report.That(sender.Next(3, 68) == next, "what was handed over just now may still be counted");
        Report.That(sender.Next(6, 68) == null, "but not for long");
        sender.Put(Frames.Head(9));
        sender.Skip(sender.Next(7, 0));
        sender.Put(Frames.Head(10));
        Report.That(sender.Next(8, 0).Sequence == 2, "what is not sent takes no number");
    }

    private static void Window()
    {
        var sender = new TrackingSender();
        sender.RoundTripMs = 90;
        double nowMs = 0;
        int sent = 0;
        while (sent < 100)
        {
            sender.Put(Frames.Skeleton(SkeletonType.FullBody, 3));
            TrackingFrame next = sender.Next(nowMs, 0);
            if (next == null) break;
            sender.Done(next, 1000, nowMs);
            sent++;
        }
        // The first window is ten packets.
        Report.That(sent == 11, "on the way at once: " + sent);
        Report.That(sender.Next(99, 0) == null && sender.Next(101, 0) != null, "after a round trip and 10 ms they have arrived");
        sender.Next(102, 5000);
        Report.That(sender.WindowBytes == 4 * 1191, "what waits makes the window small");
        sender.Next(1103, 0);
        Report.That(sender.WindowBytes == 5 * 1191, "it grows by a packet a second");
        for (int second = 2; second < 300; second++) sender.Next(102 + second * 1001, 0);
        Report.That(sender.WindowBytes == 100 * 1191, "but not for ever");
        sender.Restart();
        Report.That(sender.WindowBytes == 10 * 1191 && sender.Next(400000, 0) == null, "another session");
    }

    private static void Rates()
    {
        var sender = new TrackingSender();
        sender.SetStreamMaxHz(1, 25);
        sender.MaxHz = 50;
        int heads = 0, hands = 0;
        for (int step = 0; step < 1000; step++)
        {
            sender.Put(Frames.Head(1));
            sender.Put(Frames.Skeleton(SkeletonType.XRHandLeft, 1));
            foreach (char stream in Drain(sender, step * 10, 100))
            {
                if (stream == '0') heads++;
                else hands++;
            }
        }
        Report.That(heads == 500 && hands == 250, "heads " + heads + ", hands " + hands);
    }

    /// <summary>Sends all that may be sent. Streams, in order.</summary>
    private static string Drain(TrackingSender sender, double nowMs, int bytes)
    {
        string order = "";
        TrackingFrame next;
        while ((next = sender.Next(nowMs, 0)) != null)
        {
            sender.Done(next, next.Kind == FrameKind.Head ? 52 : bytes, nowMs);
            order += next.Stream;
        }
        return order;
    }

    private static void Repeats()
    {
        var sender = new TrackingSender();
        Report.That(sender.Next(0, 0) == null, "there is none yet");
        sender.Put(Frames.Head(1));
        int sent = 0;
        for (int nowMs = 0; nowMs < 5000; nowMs += 10)
        {
            TrackingFrame next = sender.Next(nowMs, 0);
            if (next == null) continue;
            Report.That(sent == 0 || next.ClientTimeMs == nowMs, "the time is that of the repetition");
            sent++;
            sender.Done(next, 52, nowMs);
        }
        Report.That(sent == 10, "ten in five seconds: " + sent);
    }

    private static void Sees()
    {
        var sender = new TrackingSender();
        sender.Put(Frames.Head(1));
        TrackingFrame next = sender.Next(0, 0);
        Report.That(!next.HasSeen && !TrackingText.EncodeHead(next).Contains("seen"), "there is none yet");
        sender.Done(next, 52, 0);
        sender.Saw(4000000000);
        sender.Put(Frames.Head(2));
        next = sender.Next(20, 0);
        Report.That(next.HasSeen && TrackingText.EncodeHead(next).Contains("\"seen\":4000000000,"), TrackingText.EncodeHead(next));
        sender.Done(next, 56, 20);
        sender.Saw(5);
        next = sender.Next(20 + TrackingSender.RepeatMs, 0);
        Report.That(next.SeenRtp == 5, "the repetition has its own");
        sender.Done(next, 56, 600);
        sender.Restart();
        sender.Put(Frames.Head(3));
        Report.That(!sender.Next(700, 0).HasSeen, "another session has other pictures");
    }

    private static void Sequences()
    {
        var sender = new TrackingSender();
        uint last = 0;
        for (int count = 0; count < 3; count++)
        {
            sender.Put(Frames.Head(1));
            TrackingFrame next = sender.Next(count, 0);
            if (count == 0) Report.That(next.Sequence == 1, "it begins with 1");
            // As if four billion had been sent.
            if (count == 1) next.Sequence = uint.MaxValue;
            last = next.Sequence;
            sender.Done(next, 52, count);
        }
        Report.That(last == 1, "after the last number comes " + Json.Number(last));
    }

    private static void Clock()
    {
        var clock = new ClockOffset();
        Report.That(double.IsNaN(clock.OffsetMs), "nothing is known yet");
        clock.Add(1000, 5010, 5011, 1021);
        Report.Near(clock.OffsetMs, 4000, 1e-9, "offset");
        Report.Near(clock.RoundTripMs, 20, 1e-9, "round trip");
        clock.Add(2000, 6002, 6002, 2004);
        clock.Add(3000, 7090, 7090, 3100);
        Report.Near(clock.OffsetMs, 4000, 1e-9, "the shortest counts");
        clock.Add(10, 5, 6, 9);
        clock.Add(double.NaN, 5, 6, 9);
        Report.Near(clock.RoundTripMs, 4, 1e-9, "what can't be is left out");
        for (int count = 0; count < 20; count++) clock.Add(0, 1, 1, 10);
        Report.Near(clock.RoundTripMs, 10, 1e-9, "old answers are forgotten");
        clock.Reset();
        Report.That(double.IsNaN(clock.RoundTripMs), "forgotten");
    }

    private static void Delays()
    {
        var delay = new ReconnectDelay(() => 0);
        double[] expected = { 500, 1000, 2000, 4000, 8000, 15000, 15000 };
        foreach (double waitMs in expected) Report.Near(delay.Next(double.NaN), waitMs, 1e-9, "wait");
        Report.Near(delay.Next(60), 60000, 1e-9, "Retry-After");
        delay.Reset();
        Report.Near(new ReconnectDelay(() => 0.999999).Next(double.NaN), 250, 1, "up to a half shorter");
        for (int count = 0; count < 5000; count++) Report.That(delay.Next(double.NaN) <= 15000, "never longer");
    }

    private static void Keeps()
    {
        var keeper = new ConnectionKeeper(true, () => 0);
        Report.That(keeper.Next(0) == ConnectionOrder.None && keeper.State == ConnectionState.Closed, "nothing was asked for");
        keeper.Connect();
        keeper.Connect();
        Report.That(keeper.Next(0) == ConnectionOrder.OpenPeer && keeper.Next(0) == ConnectionOrder.None, "one peer");
        keeper.Refused(0, new WhepFault { Words = "The server is full.", Status = 503, RetryAfterSec = 2 });
        Report.That(keeper.State == ConnectionState.Reconnecting && keeper.RetryAtMs == 2000 && keeper.Words == "The server is full.", "it waits as long as it is asked to");
        Report.That(keeper.Next(0) == ConnectionOrder.DropPeer && keeper.Next(1999) == ConnectionOrder.None, "not before");
        Report.That(keeper.Next(2000) == ConnectionOrder.OpenPeer && keeper.Attempts == 1, "then again");
        keeper.Answered(2100);
        Report.That(keeper.Next(12099) == ConnectionOrder.None, "a path is looked for");
        Report.That(keeper.Next(12100) == ConnectionOrder.DropPeer && keeper.State == ConnectionState.Reconnecting, "in vain");
        Report.That(keeper.Next(13100) == ConnectionOrder.OpenPeer, "the second wait is a second");
        keeper.Answered(13150);
        keeper.Connected(13200);
        keeper.ControlOpened(13250);
        Report.That(keeper.Next(13250) == ConnectionOrder.SendPing && keeper.Next(15249) == ConnectionOrder.None, "a ping at once");
        Report.That(keeper.Next(15250) == ConnectionOrder.SendPing, "and every two seconds");
        Report.That(keeper.Next(18201) == ConnectionOrder.SendPing && keeper.Next(18202) == ConnectionOrder.None && keeper.Attempts == 0, "five seconds are a success");
        keeper.Interrupted(19000);
        Report.That(keeper.State == ConnectionState.Interrupted, "interrupted");
        keeper.Connected(19500);
        Report.That(keeper.State == ConnectionState.Connected && keeper.Next(20100) == ConnectionOrder.None, "it came back");
        keeper.PongHeard();
        double nowMs = 20300;
        int pings = 0;
        ConnectionOrder order;
        while ((order = keeper.Next(nowMs)) != ConnectionOrder.DropPeer && nowMs < 60000)
        {
            if (order == ConnectionOrder.SendPing) pings++;
            nowMs += 100;
        }
        Report.That(pings == ConnectionKeeper.UnansweredPings && keeper.Words == "The server has gone silent.", "four unanswered pings: " + pings);
        keeper.Connect();
        Report.That(keeper.Next(nowMs) == ConnectionOrder.OpenPeer, "at once, when asked");
        keeper.Complained(new ErrorMessage { Words = "The source has ended.", Fatal = true });
        keeper.Lost(nowMs, "The server ended the session.");
        Report.That(keeper.Words == "The source has ended.", "the server's reason goes first");
        Report.That(keeper.Next(nowMs) == ConnectionOrder.DropPeer, "dropped");
        keeper.Connect();
        keeper.Next(nowMs);
        keeper.Refused(nowMs, new WhepFault { Words = "No.", Status = 401 });
        Report.That(keeper.State == ConnectionState.Closed && keeper.Next(nowMs) == ConnectionOrder.DropPeer && keeper.Next(nowMs + 1e6) == ConnectionOrder.None, "a no stands");
        var once = new ConnectionKeeper(false, () => 0);
        once.Connect();
        once.Next(0);
        once.Lost(0, "Gone.");
        Report.That(once.State == ConnectionState.Closed && once.Next(0) == ConnectionOrder.DropPeer && once.Next(1e6) == ConnectionOrder.None, "without reconnecting");
    }

    private static void Whep()
    {
        var session = new WhepSession("http://robot:8080/whep", "secret", SignallingDoor.Whep);
        HttpRequest offer = session.Offer("v=0\r\n");
        Report.That(offer.Method == "POST" && offer.Url == "http://robot:8080/whep" && offer.Body == "v=0\r\n" && offer.ContentType == "application/sdp", "offer");
        Report.That(offer.Authorization == "Bearer secret", "token");
        Report.That(session.Goodbye() == null, "there is nothing to end yet");
        var answer = new HttpResponse { Status = 201, Body = "v=0 answer" };
        answer.Headers["location"] = "/whep/abc";
        answer.Headers["Link"] = "<stun:robot:3478>; rel=\"ice-server\"";
        Report.That(session.Answered(answer, DateTime.UtcNow) == null && session.AnswerSdp == "v=0 answer" && session.IceServers.Count == 1, "answer");
        HttpRequest goodbye = session.Goodbye();
        Report.That(goodbye.Method == "DELETE" && goodbye.Url == "http://robot:8080/whep/abc" && goodbye.Authorization == "Bearer secret" && goodbye.Body == null, "goodbye");
        Report.That(session.Goodbye() == null, "once");

        foreach (int status in new[] { 0, 401, 404, 406, 429, 500, 503, 302 })
        {
            var refused = new HttpResponse { Status = status, Body = status == 406 ? "{\"title\":\"Not Acceptable\",\"detail\":\"No H.264.\"}" : "<html>" };
            if (status == 503) refused.Headers["Retry-After"] = "7";
            WhepFault fault = new WhepSession("http://robot/whep", null, SignallingDoor.Whep).Answered(refused, DateTime.UtcNow);
            Report.That(fault != null && fault.Words.EndsWith("."), "a sentence for " + status);
            Report.That(fault.Temporary == (status == 0 || status == 429 || status >= 500), "temporary: " + status);
            if (status == 406) Report.That(fault.Words == "No H.264.", "the server's own words");
            if (status == 503) Report.That(fault.RetryAfterSec == 7, "Retry-After");
        }
        Report.That(new WhepSession("http://robot/whep", null, SignallingDoor.Whep).Answered(new HttpResponse { Status = 201 }, DateTime.UtcNow) != null, "an empty answer");

        session = new WhepSession("https://robot/xr/offer", "", SignallingDoor.Offer);
        offer = session.Offer("v=0\r\n");
        Report.That(offer.Body == "{\"type\":\"offer\",\"sdp\":\"v=0\\u000d\\u000a\"}" && offer.ContentType == "application/json" && offer.Authorization == null, offer.Body);
        answer = new HttpResponse { Status = 200, Body = "{\"type\":\"answer\",\"sdp\":\"v=0\\r\\n\"}" };
        answer.Headers["X-Session-Id"] = "a b";
        Report.That(session.Answered(answer, DateTime.UtcNow) == null && session.AnswerSdp == "v=0\r\n" && session.SessionUrl == "https://robot/xr/whep/a%20b", session.SessionUrl);
        session.Ended();
        Report.That(session.Goodbye() == null, "a session that has ended");
        var json = new HttpResponse { Status = 503, Body = "{\"error\":\"All 2 places are taken.\"}" };
        Report.That(session.Answered(json, DateTime.UtcNow).Words == "All 2 places are taken.", "the words of /offer");
    }

    private static void Urls()
    {
        var cases = new[]
        {
            new[] { "http://a:1/b/c?d#e", "/whep/ID", "http://a:1/whep/ID" },
            new[] { "http://a:1/b/c?d#e", "ID", "http://a:1/b/ID" },
            new[] { "http://a:1/b/c", "../x/./y?q=/..", "http://a:1/x/y?q=/.." },
            new[] { "http://a:1/b/c", "../../../x/", "http://a:1/x/" },
            new[] { "http://a:1", "x", "http://a:1/x" },
            new[] { "http://a:1?q", "/x", "http://a:1/x" },
            new[] { "https://a/b", "//other/x", "https://other/x" },
            new[] { "https://a/b", "http://other/x:y", "http://other/x:y" },
            new[] { "https://a/b/c?d", "?e", "https://a/b/c?e" },
            new[] { "http://a/b/c", "..", "http://a/" },
        };
        foreach (string[] urls in cases)
        {
            var session = new WhepSession(urls[0], null, SignallingDoor.Whep);
            var answer = new HttpResponse { Status = 201, Body = "v=0" };
            answer.Headers["Location"] = urls[1];
            session.Answered(answer, DateTime.UtcNow);
            Report.That(session.SessionUrl == urls[2], urls[0] + " and " + urls[1] + " is " + session.SessionUrl);
        }
        // A redirect has led elsewhere.
        var redirected = new WhepSession("http://a/whep", null, SignallingDoor.Whep);
        var from = new HttpResponse { Status = 201, Body = "v=0", Url = "https://b/whep" };
        from.Headers["Location"] = "/whep/1";
        redirected.Answered(from, DateTime.UtcNow);
        Report.That(redirected.SessionUrl == "https://b/whep/1", "after a redirect");
    }

    private static void Headers()
    {
        var session = new WhepSession("http://a/whep", null, SignallingDoor.Whep);
        var answer = new HttpResponse { Status = 201, Body = "v=0" };
        answer.Headers["Link"] = "<stun:a:3478>; rel=\"ice-server\", <turn:b:3478?transport=udp>;rel=ice-server; username=\"u,\\\"x\"; credential = \"p;>\" ; credential-type=\"password\","
            + "</whep/ID>; rel=\"urn:ietf:params:whep:ext:panogaze:data-channels\", <http://c>; rel=\"ice-server\", <broken";
        session.Answered(answer, DateTime.UtcNow);
        List<IceServerInfo> servers = session.IceServers;
        Report.That(servers.Count == 2 && servers[0].Url == "stun:a:3478" && servers[0].Username == null, "STUN");
        Report.That(servers[1].Url == "turn:b:3478?transport=udp" && servers[1].Username == "u,\"x" && servers[1].Credential == "p;>", "TURN");
        var now = new DateTime(2026, 11, 6, 8, 49, 0, DateTimeKind.Utc);
        var cases = new[] { new[] { "120", "120" }, new[] { "Fri, 06 Nov 2026 08:49:37 GMT", "37" }, new[] { "Fri, 06 Nov 2026 08:40:00 GMT", "0" }, new[] { "soon", "null" }, new[] { "-5", "null" } };
        foreach (string[] pair in cases)
        {
            var refused = new HttpResponse { Status = 503 };
            refused.Headers["Retry-After"] = pair[0];
            string seconds = Json.Number(new WhepSession("http://a/whep", null, SignallingDoor.Whep).Answered(refused, now).RetryAfterSec);
            Report.That(seconds == pair[1], pair[0] + " is " + seconds);
        }
    }

    private static void Haptics()
    {
        HapticsMessage message;
        Report.That(!HapticsMessage.TryParse("{\"type\":\"other\",\"left\":{\"palm\":1}}", out message), "another message");
        Report.That(HapticsMessage.TryParse("{\"type\":\"haptics\",\"left\":{\"palm\":7,\"index\":\"x\",\"thumb\":-1}}", out message), "understood");
        Report.That(message.Left.Palm == 1 && message.Left.Index == 0 && message.Left.Thumb == 0 && message.Right.Strongest == 0, "clamped");
        var hold = new HapticsHold();
        Report.That(hold.StrengthOf(Hand.Left, 0) == 0, "nothing yet");
        hold.Put(message, 100);
        Report.That(hold.StrengthOf(Hand.Left, 1099) == 1 && hold.StrengthOf(Hand.Right, 1099) == 0 && hold.StrengthOf(Hand.Left, 1100) == 0, "a second");
    }

    private static void Lost()
    {
        var lost = new LostTracking();
        Report.That(!lost.IsWorthTelling(10), "what was never there is not lost");
        lost.Seen(100);
        Report.That(lost.IsWorthTelling(1099) && !lost.IsWorthTelling(1100), "a second");
        // And what is told of it: no bone at all, in every encoding.
        var frame = new TrackingFrame();
        frame.ResetSkeleton(SkeletonType.XRHandLeft);
        var encoder = new TrackingEncoder();
        var decoder = new TrackingDecoder();
        var decoded = new TrackingFrame();
        foreach (BinaryEncoding encoding in Enum.GetValues(typeof(BinaryEncoding)))
        {
            int length = encoder.Encode(frame, encoding);
            Report.That(decoder.Decode(encoder.Buffer, length, decoded) == DecodeResult.Message, encoding.ToString());
            for (int bone = 0; bone < decoded.BoneCount; bone++) Report.That(!decoded.Valid[bone], "a bone in " + encoding);
        }
    }

    private static void History()
    {
        var history = new FrameHistory();
        FrameMessage found;
        Report.That(!history.TryFind(1, out found) && !history.TryNewest(out found), "empty");
        for (uint count = 0; count < 100; count++) history.Add(new FrameMessage { Rtp = 4294967000 + count * 9, PoseSequence = count });
        Report.That(history.TryFind(unchecked(4294967000 + 99 * 9), out found) && found.PoseSequence == 99, "the last");
        Report.That(history.TryFind(unchecked(4294967000 + 40 * 9), out found) && found.PoseSequence == 40, "an old one");
        Report.That(!history.TryFind(4294967000, out found), "one that is forgotten");
        history.Add(new FrameMessage { Rtp = 4294967000 + 9, PoseSequence = 1 });
        Report.That(history.TryNewest(out found) && found.PoseSequence == 99, "one that came late is not the newest, also over the turn of the numbers");
        history.Clear();
        Report.That(!history.TryNewest(out found), "cleared");
    }

    private static void Quad()
    {
        double half = Math.Sqrt(0.5);
        // Yaw 90 (docs/protocol.md); in Unity a quarter turn to the right about Y.
        PanoramaQuad quad = PanoramaQuad.From(new FrameMessage { Qy = (float)-half, Qw = (float)half, FovDeg = 90 }, 0, 2);
        Report.Near(quad.Qy, half, 1e-6, "turned right");
        Report.Near(quad.Qw, half, 1e-6, "turned right");
        Report.Near(quad.Width, 2, 1e-6, "width");
        Report.Near(quad.Height, 1, 1e-6, "height");
        // Recentred to the right by 90: the tracking space's forward shows it.
        quad = PanoramaQuad.From(new FrameMessage { Qy = (float)-half, Qw = (float)half, FovDeg = 90 }, 90, 1);
        Report.Near(Math.Abs(quad.Qw), 1, 1e-6, "forward again");
        // Pitch 30 up: in Unity a turn about X by -30.
        quad = PanoramaQuad.From(new FrameMessage { Qx = 0.258819f, Qw = 0.965926f, FovDeg = 60 }, 0, 1);
        Report.Near(quad.Qx, -0.258819, 1e-5, "up");
        Report.Near(quad.Width, 2 * Math.Tan(Math.PI / 6), 1e-6, "width of 60 degrees");
    }

    private static void Frusta()
    {
        EyeFrustum frustum;
        // Sides of 1.2 and -0.2, 1 and 1.
        Report.That(EyeFrustum.TryFrom(2, -1.4, 1, 0, 1.5, out frustum), "a camera that looks aside");
        Report.Near(frustum.Left, 1.8, 1e-9, "left");
        Report.Near(frustum.Right, -0.2, 1e-9, "a side beyond straight ahead");
        Report.Near(frustum.Up, 1.5, 1e-9, "up");
        EyeFrustum other = frustum;
        other.Down += 1e-5;
        Report.That(frustum.IsLike(other), "rounding");
        other.Down += 1e-3;
        Report.That(!frustum.IsLike(other), "another camera");
        Report.That(EyeFrustum.TryFrom(0.1, 0, 1, 0, 1.75, out frustum) && frustum.Left < 11.4301, "a wide camera within the bounds");
        Report.That(!EyeFrustum.TryFrom(0, 1, 1, 0, 1, out frustum), "NaN");
        Report.That(!EyeFrustum.TryFrom(1000, 0, 1, 0, 1, out frustum), "without a width");
    }

    private static void Margin()
    {
        var margin = new ViewMargin();
        double tangent = Math.Tan(Math.PI / 4), rest = Math.Tan(Math.PI / 4 + 1.5 * Math.PI / 180);
        double nowMs = 0, angle = 0;
        Func<double, double> turn = degPerSec =>
        {
            nowMs += 11;
            angle += degPerSec * 0.011 * Math.PI / 180;
            margin.Turn(0, Math.Sin(angle / 2), 0, Math.Cos(angle / 2), nowMs);
            return margin.Scale(tangent, tangent, 66, nowMs);
        };
        double scale = 0;
        for (int frame = 0; frame < 50; frame++) scale = turn(0);
        Report.Near(scale, rest, 1e-3, "a resting head");
        for (int frame = 0; frame < 50; frame++) scale = turn(100);
        // 6.6 degrees at 100 degrees a second and 66 ms, and a little more so that it grows rarely.
        double need = Math.Tan(Math.PI / 4 + 6.6 * Math.PI / 180);
        Report.That(scale >= need - 1e-3 && scale <= need * 1.07, "a turning head: " + Json.Number(scale) + " for " + Json.Number(need));
        for (int frame = 0; frame < 60; frame++) Report.That(turn(0) == scale, "it shrank too soon");
        for (int frame = 0; frame < 150; frame++) turn(0);
        Report.Near(turn(0), rest, 1e-3, "after two seconds of rest");
    }

    private static void Latency()
    {
        var latency = new PoseLatency();
        Report.That(double.IsNaN(latency.LikelyMs), "before the first");
        for (uint sequence = 1; sequence <= 100; sequence++)
        {
            latency.Sent(sequence, sequence * 10);
            latency.Shown(sequence, sequence * 10 + (sequence == 90 ? 500 : 60 + sequence % 5));
            latency.Shown(sequence, sequence * 10 + 400);
        }
        Report.Near(latency.LikelyMs, 64, 1e-9, "of nearly all");
        latency.Shown(7, 5000);
        Report.Near(latency.LikelyMs, 64, 1e-9, "a pose of long ago");
    }

    private static void RefusesGeometry()
    {
        const string head = "{\"type\":\"frame\",\"rtp\":1,\"pose\":1,\"q\":[0,0,0,1],\"fov\":90";
        FrameMessage message;
        Report.That(FrameMessage.TryParse(head + ",\"lens\":\"of a later version\"}", out message) && message.Lens == PictureLens.Custom, "another lens");
        foreach (string rest in new[]
        {
            ",\"frusta\":[]", ",\"frusta\":1", ",\"frusta\":[{\"left\":1,\"right\":1,\"up\":1}]", ",\"frusta\":[{\"left\":99,\"right\":1,\"up\":1,\"down\":1}]",
            ",\"frusta\":[{\"left\":-1,\"right\":1,\"up\":1,\"down\":1}]", ",\"frusta\":[{\"left\":1,\"right\":1,\"up\":1,\"down\":1,\"q\":[0,0,0,5]}]",
            ",\"foveation\":{\"gaze\":[0,0]}", ",\"foveation\":{\"gaze\":[0,0],\"strength\":[1,-1]}", ",\"surround\":{\"width\":0,\"height\":64,\"cuts\":1,\"gap\":0}",
            ",\"surround\":{\"width\":640,\"height\":64,\"cuts\":9,\"gap\":0}",
        })
            Report.That(!FrameMessage.TryParse(head + rest + "}", out message), "not refused: " + rest);
    }

    private static TrackingFrame RandomSkeleton(SkeletonType type, int seed)
    {
        var random = new Random(seed);
        var frame = new TrackingFrame();
        frame.ResetSkeleton(type);
        for (int bone = 0; bone < frame.BoneCount; bone++)
        {
            double[] q = RandomRotation(random);
            frame.SetBone(bone, (float)random.NextDouble(), (float)random.NextDouble(), (float)random.NextDouble(), (float)q[0], (float)q[1], (float)q[2], (float)q[3]);
        }
        return frame;
    }

    private static double[] RandomRotation(Random random)
    {
        while (true)
        {
            double[] q = { random.NextDouble() * 2 - 1, random.NextDouble() * 2 - 1, random.NextDouble() * 2 - 1, random.NextDouble() * 2 - 1 };
            double length = Math.Sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3]);
            if (length < 0.1 || length > 1) continue;
            for (int part = 0; part < 4; part++) q[part] /= length;
            return q;
        }
    }

    private static double[] Product(double[] a, double[] b)
    {
        return new[]
        {
            a[3] * b[0] + a[0] * b[3] + a[1] * b[2] - a[2] * b[1],
            a[3] * b[1] - a[0] * b[2] + a[1] * b[3] + a[2] * b[0],
            a[3] * b[2] + a[0] * b[1] - a[1] * b[0] + a[2] * b[3],
            a[3] * b[3] - a[0] * b[0] - a[1] * b[1] - a[2] * b[2],
        };
    }

    private static double[] Turned(double[] q, double[] v)
    {
        double[] turned = Product(Product(q, new[] { v[0], v[1], v[2], 0 }), new[] { -q[0], -q[1], -q[2], q[3] });
        return new[] { turned[0], turned[1], turned[2] };
    }

    private static double Dot(TrackingFrame a, TrackingFrame b, int bone)
    {
        double dot = 0;
        for (int part = 0; part < 4; part++) dot += (double)a.Rotations[bone * 4 + part] * b.Rotations[bone * 4 + part];
        return dot;
    }
}
