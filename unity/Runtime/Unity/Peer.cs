using System;
using System.Collections;
using System.Collections.Generic;
using System.Text;
using Unity.WebRTC;
using UnityEngine;

namespace Panogaze
{
    /// <summary>What a peer is made with.</summary>
    internal sealed class PeerOptions
    {
        public string Url;
        public string Token;
        public string CertificateSha256;
        public SignallingDoor Door;
        /// <summary>The channels of XRT-Client in place of ours.</summary>
        public bool LegacyChannels;
        public bool ReceiveVideo;
        /// <summary>URLs of STUN servers besides those that the server names.</summary>
        public string[] StunServers;
        /// <summary>Further reliable data channels.</summary>
        public string[] Channels;
    }

    /// <summary>One attempt at a connection: a peer connection, its channels and its session. Never used again after it is lost.</summary>
    internal sealed class Peer
    {
        private readonly PeerOptions _options;
        private readonly WhepSession _session;
        private readonly WebRequests _requests;
        private readonly RTCPeerConnection _connection;
        private readonly Dictionary<string, RTCDataChannel> _channels = new Dictionary<string, RTCDataChannel>();
        private RTCRtpReceiver _receiver;
        private VideoStreamTrack _track;
        private bool _closed;

        public Action Answered;
        public Action Connected;
        public Action Interrupted;
        public Action<string> Lost;
        public Action<WhepFault> Refused;
        public Action<Texture> PictureResized;
        public Action<RTCDataChannel> ChannelOpened;
        /// <summary>Label and bytes. Texts come as UTF-8.</summary>
        public Action<string, byte[]> Received;

        public Peer(PeerOptions options)
        {
            _options = options;
            _session = new WhepSession(options.Url, options.Token, options.Door);
            _requests = new WebRequests(options.CertificateSha256);
            RTCConfiguration configuration = Configuration(new List<IceServerInfo>());
            _connection = new RTCPeerConnection(ref configuration);
            _connection.OnConnectionStateChange = StateChanged;
            _connection.OnTrack = TrackCame;
            _connection.OnDataChannel = Adopt;
            if (options.ReceiveVideo)
                _connection.AddTransceiver(TrackKind.Video, new RTCRtpTransceiverInit { direction = RTCRtpTransceiverDirection.RecvOnly });
            if (!options.LegacyChannels)
            {
                Create("control", new RTCDataChannelInit());
                Create("tracking", new RTCDataChannelInit { ordered = false, maxRetransmits = 0 });
                // A life time, unlike a limit of retransmissions, keeps a burst of loss from making later messages queue.
                Create("frames", new RTCDataChannelInit { ordered = false, maxPacketLifeTime = 50 });
            }
            else
            {
                Create("camera", new RTCDataChannelInit());
                Create("body_pose", new RTCDataChannelInit { ordered = false, maxRetransmits = 0 });
            }
            if (options.Channels == null) return;
            foreach (string label in options.Channels)
            {
                if (!string.IsNullOrEmpty(label) && !_channels.ContainsKey(label)) Create(label, new RTCDataChannelInit());
            }
        }

        /// <summary>An open channel; null if there is none of this label.</summary>
        public RTCDataChannel OpenChannel(string label)
        {
            RTCDataChannel channel;
            return _channels.TryGetValue(label, out channel) && channel.ReadyState == RTCDataChannelState.Open ? channel : null;
        }

        /// <summary>Exchanges offer and answer; a coroutine.</summary>
        public IEnumerator Open()
        {
            RTCSessionDescriptionAsyncOperation offered = _connection.CreateOffer();
            yield return offered;
            if (_closed) yield break;
            if (offered.IsError)
            {
                Lost("No offer could be made: " + offered.Error.message);
                yield break;
            }
            // The offer is posted before it becomes the local description: gathering then begins with the ICE servers that come with the answer.
            RTCSessionDescription offer = offered.Desc;
            WhepFault fault = null;
            yield return _requests.Send(_session.Offer(offer.sdp), response => fault = _session.Answered(response, DateTime.UtcNow));
            if (_closed)
            {
                // Closed while the answer was on its way: nobody else knows of this session.
                SayGoodbye();
                yield break;
            }
            if (fault != null)
            {
                Refused(fault);
                yield break;
            }
            if (_session.IceServers.Count > 0)
            {
                RTCConfiguration configuration = Configuration(_session.IceServers);
                RTCErrorType error = _connection.SetConfiguration(ref configuration);
                if (error != RTCErrorType.None) Debug.LogWarning("Panogaze: the server's ICE servers can't be used: " + error);
            }
            RTCSetSessionDescriptionAsyncOperation local = null;
            string refusal = Attempt(() => local = _connection.SetLocalDescription(ref offer));
            if (refusal == null) yield return local;
            if (_closed) yield break;
            RTCSetSessionDescriptionAsyncOperation remote = null;
            if (refusal == null && local.IsError) refusal = local.Error.message;
            if (refusal == null)
            {
                var answer = new RTCSessionDescription { type = RTCSdpType.Answer, sdp = _session.AnswerSdp };
                refusal = Attempt(() => remote = _connection.SetRemoteDescription(ref answer));
            }
            if (refusal == null) yield return remote;
            if (_closed) yield break;
            if (refusal == null && remote.IsError) refusal = remote.Error.message;
            if (refusal == null) Answered();
            else Lost("The server's answer can't be used: " + refusal);
        }

        /// <summary>Ends the attempt and tells the server.</summary>
        public void Close()
        {
            if (_closed) return;
            _closed = true;
            SayGoodbye();
            foreach (RTCDataChannel channel in _channels.Values)
            {
                channel.OnOpen = null;
                channel.OnClose = null;
                channel.OnMessage = null;
                channel.Dispose();
            }
            _channels.Clear();
            _connection.OnConnectionStateChange = null;
            _connection.OnTrack = null;
            _connection.OnDataChannel = null;
            if (_track != null)
            {
                _track.OnVideoReceived -= Resized;
                _track.Dispose();
            }
            _connection.Close();
            _connection.Dispose();
        }

        /// <summary>The RTP time stamp of the newest picture that was decoded.</summary>
        public bool TryGetRtpTimestamp(out uint rtp)
        {
            rtp = 0;
            if (_closed || _receiver == null) return false;
            bool found = false;
            foreach (RTCRtpContributingSource source in _receiver.GetSynchronizationSources())
            {
                if (!source.rtpTimestamp.HasValue || !source.source.HasValue) continue;
                rtp = unchecked((uint)source.rtpTimestamp.Value);
                found = true;
            }
            return found;
        }

        private RTCConfiguration Configuration(List<IceServerInfo> named)
        {
            var servers = new List<RTCIceServer>();
            if (_options.StunServers != null && _options.StunServers.Length > 0) servers.Add(new RTCIceServer { urls = _options.StunServers });
            foreach (IceServerInfo server in named)
            {
                servers.Add(new RTCIceServer
                {
                    urls = new[] { server.Url },
                    username = server.Username,
                    credential = server.Credential,
                    credentialType = RTCIceCredentialType.Password,
                });
            }
            return new RTCConfiguration { iceServers = servers.ToArray(), bundlePolicy = RTCBundlePolicy.BundlePolicyMaxBundle };
        }

        private void Create(string label, RTCDataChannelInit init)
        {
            Adopt(_connection.CreateDataChannel(label, init));
        }

        private void Adopt(RTCDataChannel channel)
        {
            string label = channel.Label;
            _channels[label] = channel;
            channel.OnMessage = bytes => Received(label, bytes);
            channel.OnOpen = () => ChannelOpened(channel);
            channel.OnClose = () => ChannelClosed(label);
            // A channel that the server made is open when it is heard of.
            if (channel.ReadyState == RTCDataChannelState.Open) ChannelOpened(channel);
        }

        private void ChannelClosed(string label)
        {
            _channels.Remove(label);
            // A server that ends a session closes its channels, and this is heard long before ICE gives up.
            if (_closed || (label != "control" && label != "camera")) return;
            _session.Ended();
            Lost("The server ended the session.");
        }

        private void StateChanged(RTCPeerConnectionState state)
        {
            if (state == RTCPeerConnectionState.Connected) Connected();
            if (state == RTCPeerConnectionState.Disconnected) Interrupted();
            if (state == RTCPeerConnectionState.Failed) Lost("The network path to the server broke.");
        }

        private void TrackCame(RTCTrackEvent arrival)
        {
            var track = arrival.Track as VideoStreamTrack;
            if (track == null || _track != null) return;
            _track = track;
            _receiver = arrival.Receiver;
            track.OnVideoReceived += Resized;
        }

        private void Resized(Texture texture)
        {
            PictureResized(texture);
        }

        private void SayGoodbye()
        {
            HttpRequest goodbye = _session.Goodbye();
            if (goodbye != null) _requests.SendAndForget(goodbye);
        }

        /// <returns>What went wrong; null: nothing. A coroutine that throws would just end.</returns>
        private static string Attempt(Action act)
        {
            try
            {
                act();
                return null;
            }
            catch (Exception error)
            {
                return error.Message;
            }
        }
    }
}
