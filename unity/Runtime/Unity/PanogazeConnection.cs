using System;
using System.Collections;
using System.Collections.Generic;
using System.Text;
using Unity.Collections;
using Unity.WebRTC;
using UnityEngine;
using UnityEngine.Events;

namespace Panogaze
{
    /// <summary>Told of the stream's texture: connect it to a RawImage's texture in the Inspector.</summary>
    [Serializable]
    public sealed class TextureEvent : UnityEvent<Texture>
    {
    }

    /// <summary>
    /// A viewer's connection: video in, poses out, messages both ways. It keeps itself alive while it is enabled. Sources and views find it by themselves.
    /// </summary>
    [AddComponentMenu("Panogaze/Panogaze Connection")]
    [DisallowMultipleComponent]
    // After everything that moves: poses are read and sent when the frame's motion is done.
    [DefaultExecutionOrder(100)]
    public sealed class PanogazeConnection : MonoBehaviour
    {
        private const string ClientName = "panogaze unity";
        private const string ClientVersion = "0.1.0";
        private const double StatsMs = 1000;
        /// <summary>XRT-Client sends bodies at most this often.</summary>
        private const double LegacyBodyHz = 90;

        [SerializeField]
        [Tooltip("The server's WHEP endpoint, such as http://192.168.1.20:8080/whep, or its /offer.")]
        private string url = "http://localhost:8080/whep";

        [SerializeField]
        [Tooltip("How the session is asked for; it has to go with the address.")]
        private SignallingDoor door = SignallingDoor.Whep;

        [SerializeField]
        [Tooltip("Speak as XRT-Client does, head angles and body only, to servers that know nothing else. They are reached by their /offer.")]
        private bool legacyChannels = false;

        [SerializeField]
        [Tooltip("Bearer token, if the server wants one.")]
        private string token = "";

        [SerializeField]
        [Tooltip("SHA-256 fingerprint of the only certificate to accept, such as the one that `panogaze --https` made for itself. Empty: what the system trusts.")]
        private string certificateSha256 = "";

        [SerializeField]
        private bool connectOnEnable = true;

        [SerializeField]
        [Tooltip("Connect again when the connection is lost, and when the server is not there yet.")]
        private bool reconnect = true;

        [SerializeField]
        [Tooltip("Without video the session has to be asked for by /offer: WHEP is for playing.")]
        private bool receiveVideo = true;

        [SerializeField]
        [Tooltip("Ask for both eyes of a source that has two: they come in one picture, the left on top.")]
        private bool twoEyes;

        [SerializeField]
        [Tooltip("Size of the picture to ask for, pixels of one eye. 0: the server's choice.")]
        private Vector2Int viewSize;

        [SerializeField]
        [Tooltip("How skeletons are sent. Linked: half a millimetre and 0.05 degrees, least of all bytes. Q16: 0.05 mm and 0.007 degrees, twice as long. F32: as they are.")]
        private BinaryEncoding skeletonEncoding = BinaryEncoding.Linked;

        [SerializeField]
        [Tooltip("STUN servers besides those that the server names.")]
        private string[] stunServers = new string[0];

        [SerializeField]
        [Tooltip("Labels of reliable data channels of the application.")]
        private string[] channels = new string[0];

        [SerializeField]
        [Tooltip("Run WebRTC.Update, without which no picture comes. Turn it off if the application runs it itself.")]
        private bool runWebRtcUpdate = true;

        [SerializeField]
        [Tooltip("Told of the texture when the first picture comes and when its size changes; null when the connection is lost.")]
        private TextureEvent textureChanged = new TextureEvent();

        private readonly List<PoseSource> _sources = new List<PoseSource>();
        private readonly TrackingSender _sender = new TrackingSender();
        private readonly TrackingEncoder _encoder = new TrackingEncoder();
        private readonly LegacyMessages _legacy = new LegacyMessages();
        private readonly ClockOffset _clock = new ClockOffset();
        private readonly FrameHistory _frames = new FrameHistory();
        private readonly PoseLatency _latency = new PoseLatency();
        private EyeFrustum[] _frusta;
        private bool _shapesPictures;
        private bool _foveated;
        private readonly System.Random _random = new System.Random();
        private NativeArray<byte> _outgoing;
        private ConnectionKeeper _keeper;
        private Peer _peer;
        private ConnectionState _toldState = ConnectionState.Closed;
        private FrameMessage _shown;
        private bool _hasShown;
        private bool _binary;
        private double _nextStatsMs;

        public event Action<ConnectionState, string> StateChanged;
        /// <summary>The server introduced itself.</summary>
        public event Action<WelcomeMessage> Welcomed;
        /// <summary>The server complains. A fatal complaint is followed by the end of the session.</summary>
        public event Action<ErrorMessage> Complained;
        /// <summary>What the server's source is doing: after each welcome, and whenever it changes. The last picture stays in the texture: show that it is old unless the state is Live.</summary>
        public event Action<SourceMessage> SourceChanged;
        /// <summary>
        /// Whether the server has put this client's control on hold, after each welcome of a server with bounds of control, on each change, and twice a
        /// second while it is so. Show why.
        /// </summary>
        public event Action<HoldMessage> HoldChanged;
        public event Action<Texture> TextureChanged;
        public event Action<HapticsMessage> HapticsReceived;
        /// <summary>A message of one of the application's channels: label and bytes. Texts come as UTF-8.</summary>
        public event Action<string, byte[]> MessageReceived;

        public string Url
        {
            get { return url; }
            set { url = value; }
        }

        public SignallingDoor Door
        {
            get { return door; }
            set { door = value; }
        }

        /// <summary>Speak as XRT-Client does: for servers that know nothing else.</summary>
        public bool LegacyChannels
        {
            get { return legacyChannels; }
            set { legacyChannels = value; }
        }

        public string Token
        {
            get { return token; }
            set { token = value; }
        }

        public bool TwoEyes
        {
            get { return twoEyes; }
            set { twoEyes = value; }
        }

        /// <summary>How skeletons are sent.</summary>
        public BinaryEncoding SkeletonEncoding
        {
            get { return skeletonEncoding; }
            set { skeletonEncoding = value; }
        }

        public ConnectionState State
        {
            get { return _keeper == null ? ConnectionState.Closed : _keeper.State; }
        }

        /// <summary>The state, for people.</summary>
        public string StateWords
        {
            get { return _keeper == null ? "Not connected." : _keeper.Words; }
        }

        /// <summary>The stream's picture; null before the first one.</summary>
        public Texture Texture { get; private set; }

        /// <summary>What the server said of itself; null before it did.</summary>
        public WelcomeMessage Welcome { get; private set; }

        /// <summary>What the server's source is doing; null before the server has sent it.</summary>
        public SourceMessage Source { get; private set; }

        /// <summary>The server's newest word on a hold; null: control is not on hold, or the server has no bounds.</summary>
        public HoldMessage Hold { get; private set; }

        /// <summary>Server clock minus PanogazeClock, milliseconds; NaN until it is known.</summary>
        public double ServerClockOffsetMs
        {
            get { return _clock.OffsetMs; }
        }

        /// <summary>Shortest round trip of the last half minute, milliseconds; NaN until it is known.</summary>
        public double RoundTripMs
        {
            get { return _clock.RoundTripMs; }
        }

        /// <summary>Poses that left, and poses that were replaced by newer ones before they could.</summary>
        public long PosesSent
        {
            get { return _sender.Sent; }
        }

        public long PosesReplaced
        {
            get { return _sender.Replaced; }
        }

        /// <summary>From the reading of a head pose to the display of the picture that was drawn for it, milliseconds, for nearly all pictures; NaN until it is known.</summary>
        public double MotionToPhotonMs
        {
            get { return _latency.LikelyMs; }
        }

        /// <summary>What Recenter was told last.</summary>
        public double RecenterYawDeg { get; private set; }

        /// <summary>Connects, or tries again now instead of waiting. Does nothing while a connection is there or being made.</summary>
        public void Connect()
        {
            _keeper.Connect();
        }

        /// <summary>Ends the connection and tells the server.</summary>
        public void Disconnect()
        {
            if (_keeper == null) return;
            _keeper.Close();
            Obey(PanogazeClock.NowMs);
        }

        /// <summary>Makes the direction yawDeg to the right of the panorama's centre this viewer's forward. It holds over reconnects.</summary>
        public void Recenter(double yawDeg)
        {
            RecenterYawDeg = yawDeg;
            SendText("control", ControlMessages.Recenter(yawDeg));
        }

        /// <summary>Plays a source that has ended from its beginning, for everybody who watches. In other states, and for a client that may only watch, it does nothing.</summary>
        public void PlayAgain()
        {
            SendText("control", ControlMessages.PlayAgain());
        }

        /// <summary>
        /// The person squeezes the grip, or presses the button, that gives control, or has let go. Where the server asks for it, control lasts as long as it
        /// is pressed, and begins only with a press that is newer than the hold.
        /// </summary>
        public void Engage(bool on)
        {
            SendText("control", ControlMessages.Engage(on));
        }

        /// <summary>Asks for pictures of another size, pixels of one eye. Each new size costs a key frame: not for every step of a drag.</summary>
        public void RequestView(int width, int height)
        {
            viewSize = new Vector2Int(width, height);
            ViewWish wish = Wish();
            if (wish.Width > 0) SendText("control", ControlMessages.View(wish));
        }

        /// <summary>The newest pose of its stream, in world axes: it leaves at the end of this frame, or is replaced by a newer one. It is copied.</summary>
        public void Put(TrackingFrame frame)
        {
            _sender.Put(frame);
        }

        /// <summary>Most messages a second of one stream; 0: no limit.</summary>
        public void SetStreamMaxHz(ushort stream, double maxHz)
        {
            bool legacyBody = legacyChannels && stream == StreamIds.Body;
            _sender.SetStreamMaxHz(stream, legacyBody && !(maxHz > 0 && maxHz < LegacyBodyHz) ? LegacyBodyHz : maxHz);
        }

        /// <summary>The proportions of a stream's bones have changed.</summary>
        /// <param name="count">How often they have, as the headset counts.</param>
        public void TellSkeletonChanged(ushort stream, uint count, SkeletonType skeleton)
        {
            SendText("control", ControlMessages.SkeletonChanged(stream, count, skeleton));
        }

        /// <returns>false when the channel is not open: the message is not sent then.</returns>
        public bool SendText(string label, string text)
        {
            RTCDataChannel channel = _peer == null ? null : _peer.OpenChannel(label);
            if (channel == null) return false;
            channel.Send(text);
            return true;
        }

        /// <returns>false when the channel is not open: the message is not sent then.</returns>
        public bool SendBytes(string label, byte[] bytes)
        {
            RTCDataChannel channel = _peer == null ? null : _peer.OpenChannel(label);
            if (channel == null) return false;
            channel.Send(bytes);
            return true;
        }

        /// <summary>
        /// What the shown picture was drawn with. The picture is told by its time stamp; it may be one picture off for one display frame, when a new one
        /// comes while the texture is written.
        /// </summary>
        public bool TryGetShownFrame(out FrameMessage message)
        {
            message = _shown;
            return _hasShown;
        }

        /// <summary>The cameras of both eyes, with a margin, the left one first: asked for at once, as they cost no key frame. Null: those of the head's field of view.</summary>
        internal void RequestFrusta(EyeFrustum[] frusta)
        {
            _frusta = frusta;
            ViewWish wish = Wish();
            if (wish.Width > 0) SendText("control", ControlMessages.View(wish));
        }

        /// <summary>There is a view that shows pictures by what is said of them: they may have a surround, and be squeezed.</summary>
        internal void ShapePictures(bool shapes, bool foveated)
        {
            if (shapes == _shapesPictures && foveated == _foveated) return;
            _shapesPictures = shapes;
            _foveated = foveated;
            RTCDataChannel control = _peer == null ? null : _peer.OpenChannel("control");
            if (control != null) SayHello(control);
        }

        internal void Add(PoseSource source)
        {
            if (!_sources.Contains(source)) _sources.Add(source);
        }

        internal void Remove(PoseSource source)
        {
            _sources.Remove(source);
        }

        private bool ReceivesVideo
        {
            get { return receiveVideo || door == SignallingDoor.Whep; }
        }

        private void OnEnable()
        {
            _outgoing = new NativeArray<byte>(_encoder.Buffer.Length, Allocator.Persistent);
            _keeper = new ConnectionKeeper(reconnect, () => _random.NextDouble());
            if (runWebRtcUpdate && ReceivesVideo) StartCoroutine(WebRTC.Update());
            if (ReceivesVideo) StartCoroutine(FollowPictures());
            if (connectOnEnable) Connect();
        }

        private void OnDisable()
        {
            Disconnect();
            StopAllCoroutines();
            if (_outgoing.IsCreated) _outgoing.Dispose();
        }

        private void OnApplicationPause(bool paused)
        {
            // A headset that was put away comes back with a dead connection: no need to wait for what is known.
            if (!paused && _keeper != null && _keeper.State == ConnectionState.Reconnecting) _keeper.Connect();
        }

        private void LateUpdate()
        {
            double nowMs = PanogazeClock.NowMs;
            Obey(nowMs);
            for (int index = 0; index < _sources.Count; index++) _sources[index].Read(this, nowMs);
            Flush(PanogazeClock.NowMs);
            if (nowMs < _nextStatsMs || _keeper.State != ConnectionState.Connected) return;
            _nextStatsMs = nowMs + StatsMs;
            TellStats();
        }

        private void Obey(double nowMs)
        {
            ConnectionOrder order;
            while ((order = _keeper.Next(nowMs)) != ConnectionOrder.None)
            {
                if (order == ConnectionOrder.OpenPeer) OpenPeer();
                if (order == ConnectionOrder.DropPeer) DropPeer();
                if (order == ConnectionOrder.SendPing) SendText("control", ControlMessages.Ping(nowMs));
            }
            if (_keeper.State == _toldState) return;
            _toldState = _keeper.State;
            if (StateChanged != null) StateChanged(_keeper.State, _keeper.Words);
        }

        private void OpenPeer()
        {
            _clock.Reset();
            _frames.Clear();
            _latency.Clear();
            _sender.Restart();
            _encoder.Forget();
            _binary = false;
            _hasShown = false;
            Peer peer;
            try
            {
                peer = new Peer(new PeerOptions
                {
                    Url = url,
                    Token = token,
                    CertificateSha256 = certificateSha256,
                    Door = door,
                    LegacyChannels = legacyChannels,
                    ReceiveVideo = ReceivesVideo,
                    StunServers = stunServers,
                    Channels = channels,
                });
            }
            catch (Exception error)
            {
                // Such as a graphics API that com.unity.webrtc does not draw with: trying again would not help.
                Debug.LogException(error, this);
                _keeper.Close(error.Message);
                return;
            }
            _peer = peer;
            // What an old peer still has to say is of no interest.
            peer.Answered = () => { if (_peer == peer) _keeper.Answered(PanogazeClock.NowMs); };
            peer.Connected = () => { if (_peer == peer) _keeper.Connected(PanogazeClock.NowMs); };
            peer.Interrupted = () => { if (_peer == peer) _keeper.Interrupted(PanogazeClock.NowMs); };
            peer.Lost = words => { if (_peer == peer) _keeper.Lost(PanogazeClock.NowMs, words); };
            peer.Refused = fault => { if (_peer == peer) _keeper.Refused(PanogazeClock.NowMs, fault); };
            peer.PictureResized = texture => { if (_peer == peer) Show(texture); };
            peer.ChannelOpened = channel => { if (_peer == peer) ChannelOpened(channel); };
            peer.Received = (label, bytes) => { if (_peer == peer) Received(label, bytes); };
            StartCoroutine(peer.Open());
        }

        private void DropPeer()
        {
            Peer peer = _peer;
            _peer = null;
            Welcome = null;
            Source = null;
            Hold = null;
            _binary = false;
            _hasShown = false;
            if (Texture != null) Show(null);
            if (peer != null) peer.Close();
        }

        private void Show(Texture texture)
        {
            Texture = texture;
            textureChanged.Invoke(texture);
            if (TextureChanged != null) TextureChanged(texture);
        }

        private void ChannelOpened(RTCDataChannel channel)
        {
            if (channel.Label != "control") return;
            SayHello(channel);
            // The server forgot it with the former session.
            if (RecenterYawDeg != 0) channel.Send(ControlMessages.Recenter(RecenterYawDeg));
            _keeper.ControlOpened(PanogazeClock.NowMs);
        }

        private void SayHello(RTCDataChannel control)
        {
            var streams = new List<StreamInfo>();
            foreach (PoseSource source in _sources) source.Describe(streams);
            control.Send(ControlMessages.Hello(ClientName, ClientVersion, SystemInfo.deviceModel, streams, Wish(), _shapesPictures));
        }

        private ViewWish Wish()
        {
            ViewWish wish = ViewWish.From(viewSize.x, viewSize.y, twoEyes ? 2 : 1);
            // A wish for two eyes needs a size: that of a headset's screen.
            if (wish.Width == 0 && twoEyes) wish = ViewWish.From(1280, 1280, 2);
            if (!_shapesPictures) return wish;
            wish.Foveated = _foveated;
            if (twoEyes) wish.Frusta = _frusta;
            return wish;
        }

        private void Received(string label, byte[] bytes)
        {
            double nowMs = PanogazeClock.NowMs;
            if (label == "control") Heed(ControlMessages.Parse(Encoding.UTF8.GetString(bytes)), nowMs);
            else if (label == "frames") Described(Encoding.UTF8.GetString(bytes));
            else if (label == "haptics") Touched(Encoding.UTF8.GetString(bytes));
            else if (MessageReceived != null) MessageReceived(label, bytes);
        }

        private void Heed(ServerMessage message, double nowMs)
        {
            switch (message.Kind)
            {
                case ServerMessageKind.Welcome:
                    Welcome = message.Welcome;
                    _binary = message.Welcome.Binary;
                    _sender.MaxHz = message.Welcome.MaxHz;
                    if (Welcomed != null) Welcomed(message.Welcome);
                    break;
                case ServerMessageKind.Ping:
                    SendText("control", ControlMessages.Pong(message.T0, nowMs, PanogazeClock.NowMs));
                    break;
                case ServerMessageKind.Pong:
                    _keeper.PongHeard();
                    _clock.Add(message.T0, message.T1, message.T2, nowMs);
                    _sender.RoundTripMs = _clock.RoundTripMs;
                    break;
                case ServerMessageKind.Error:
                    _keeper.Complained(message.Error);
                    if (Complained != null) Complained(message.Error);
                    else Debug.LogWarning("Panogaze: " + message.Error.Words, this);
                    break;
                case ServerMessageKind.Source:
                    Source = message.Source;
                    if (SourceChanged != null) SourceChanged(message.Source);
                    break;
                case ServerMessageKind.Hold:
                    Hold = message.Hold.On ? message.Hold : null;
                    if (HoldChanged != null) HoldChanged(message.Hold);
                    break;
            }
        }

        private void Described(string text)
        {
            FrameMessage message;
            if (FrameMessage.TryParse(text, out message)) _frames.Add(message);
        }

        private void Touched(string text)
        {
            HapticsMessage message;
            if (HapticsMessage.TryParse(text, out message) && HapticsReceived != null) HapticsReceived(message);
        }

        private void Flush(double nowMs)
        {
            if (_peer == null) return;
            if (legacyChannels) FlushLegacy(nowMs);
            else FlushTracking(nowMs);
        }

        private void FlushTracking(double nowMs)
        {
            RTCDataChannel channel = _peer.OpenChannel("tracking");
            if (channel == null) return;
            TrackingFrame frame;
            while ((frame = _sender.Next(nowMs, channel.BufferedAmount)) != null)
            {
                if (_binary) SendBinary(channel, _encoder.Buffer, _encoder.Encode(frame, skeletonEncoding), frame, nowMs);
                else SendHeadText(channel, TrackingText.EncodeHead(frame), frame, nowMs);
            }
        }

        private void FlushLegacy(double nowMs)
        {
            RTCDataChannel camera = _peer.OpenChannel("camera");
            RTCDataChannel body = _peer.OpenChannel("body_pose");
            if (camera == null || body == null) return;
            TrackingFrame frame;
            while ((frame = _sender.Next(nowMs, Math.Max(camera.BufferedAmount, body.BufferedAmount))) != null)
            {
                if (frame.Stream == StreamIds.Head) SendHeadText(camera, LegacyMessages.EncodeCamera(frame, frame.HorizontalFovDeg), frame, nowMs);
                else if (frame.Stream == StreamIds.Body) SendBinary(body, _legacy.Buffer, _legacy.EncodeBody(frame), frame, nowMs);
                else _sender.Skip(frame);
            }
        }

        private void SendBinary(RTCDataChannel channel, byte[] bytes, int length, TrackingFrame frame, double nowMs)
        {
            if (length == 0)
            {
                _sender.Skip(frame);
                return;
            }
            NativeArray<byte>.Copy(bytes, 0, _outgoing, 0, length);
            channel.Send(_outgoing.GetSubArray(0, length));
            Done(frame, length, nowMs);
        }

        private void Done(TrackingFrame frame, int length, double nowMs)
        {
            if (frame.Stream == StreamIds.Head) _latency.Sent(frame.Sequence, frame.ClientTimeMs);
            _sender.Done(frame, length, nowMs);
        }

        /// <summary>Until the server has said that it takes the binary form only heads are sent.</summary>
        private void SendHeadText(RTCDataChannel channel, string text, TrackingFrame frame, double nowMs)
        {
            if (text == null)
            {
                _sender.Skip(frame);
                return;
            }
            channel.Send(text);
            Done(frame, text.Length, nowMs);
        }

        /// <summary>Looks which picture is in the texture, right after WebRTC.Update has written it.</summary>
        private IEnumerator FollowPictures()
        {
            var endOfFrame = new WaitForEndOfFrame();
            while (true)
            {
                yield return endOfFrame;
                if (_peer == null || Texture == null) continue;
                uint rtp;
                FrameMessage message;
                bool dated = _peer.TryGetRtpTimestamp(out rtp);
                if (dated) _sender.Saw(rtp);
                bool known = dated ? _frames.TryFind(rtp, out message) : _frames.TryNewest(out message);
                // A message that was lost: the picture before it was drawn for nearly the same place.
                if (!known) continue;
                _shown = message;
                _hasShown = true;
                _latency.Shown(message.PoseSequence, PanogazeClock.NowMs);
            }
        }

        private void TellStats()
        {
            int width = Texture == null ? -1 : Texture.width;
            int height = Texture == null ? -1 : Texture.height;
            SendText("control", ControlMessages.Stats(width, height, _sender.Sent, _sender.Replaced, _clock.RoundTripMs));
        }
    }
}
