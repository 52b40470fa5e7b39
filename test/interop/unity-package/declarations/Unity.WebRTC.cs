// What of com.unity.webrtc 3.0.0 the package uses: signatures as in Runtime/Scripts of github.com/Unity-Technologies/com.unity.webrtc (tag 3.0.0; the same in
// 3.0.0-pre.8). Nothing here runs: the test only compiles against it.
#pragma warning disable 67, 169, 626, 649, 824
using System;
using System.Collections;
using Unity.Collections;
using UnityEngine;

namespace Unity.WebRTC
{
    public delegate void DelegateOnOpen();
    public delegate void DelegateOnClose();
    public delegate void DelegateOnMessage(byte[] bytes);
    public delegate void DelegateOnDataChannel(RTCDataChannel channel);
    public delegate void DelegateOnConnectionStateChange(RTCPeerConnectionState state);
    public delegate void DelegateOnTrack(RTCTrackEvent e);
    public delegate void OnVideoReceived(Texture renderer);

    public enum RTCPeerConnectionState { New, Connecting, Connected, Disconnected, Failed, Closed }
    public enum RTCDataChannelState { Connecting, Open, Closing, Closed }
    public enum RTCSdpType { Offer, Pranswer, Answer, Rollback }
    public enum RTCBundlePolicy { BundlePolicyBalanced, BundlePolicyMaxBundle, BundlePolicyMaxCompat }
    public enum RTCIceCredentialType { Password, OAuth }
    public enum RTCRtpTransceiverDirection { SendRecv, SendOnly, RecvOnly, Inactive, Stopped }
    public enum TrackKind { Audio, Video }

    public enum RTCErrorType
    {
        None,
        UnsupportedOperation,
        UnsupportedParameter,
        InvalidParameter,
        InvalidRange,
        SyntaxError,
        InvalidState,
        InvalidModification,
        NetworkError,
        ResourceExhausted,
        InternalError,
        OperationErrorWithData,
    }

    public struct RTCError
    {
        public RTCErrorType errorType;
        public string message;
    }

    public struct RTCSessionDescription
    {
        public RTCSdpType type;
        public string sdp;
    }

    public struct RTCIceServer
    {
        public string credential;
        public RTCIceCredentialType credentialType;
        public string[] urls;
        public string username;
    }

    public struct RTCConfiguration
    {
        public RTCIceServer[] iceServers;
        public RTCBundlePolicy? bundlePolicy;
    }

    public static class WebRTC
    {
        public static IEnumerator Update() { throw null; }
    }

    public class RefCountedObject : IDisposable
    {
        public virtual void Dispose() { }
    }

    public class RTCDataChannelInit
    {
        public bool? ordered;
        public int? maxPacketLifeTime;
        public int? maxRetransmits;
    }

    public class RTCDataChannel : RefCountedObject
    {
        internal RTCDataChannel() { }
        public DelegateOnMessage OnMessage { get; set; }
        public DelegateOnOpen OnOpen { get; set; }
        public DelegateOnClose OnClose { get; set; }
        public string Label { get { throw null; } }
        public ulong BufferedAmount { get { throw null; } }
        public RTCDataChannelState ReadyState { get { throw null; } }
        public void Send(string msg) { }
        public void Send(byte[] msg) { }
        public void Send<T>(NativeArray<T> msg) where T : struct { }
    }

    public class AsyncOperationBase : CustomYieldInstruction
    {
        public RTCError Error { get { throw null; } }
        public bool IsError { get { throw null; } }
        public bool IsDone { get { throw null; } }
        public override bool keepWaiting { get { throw null; } }
    }

    public class RTCSessionDescriptionAsyncOperation : AsyncOperationBase
    {
        internal RTCSessionDescriptionAsyncOperation() { }
        public RTCSessionDescription Desc { get { throw null; } }
    }

    public class RTCSetSessionDescriptionAsyncOperation : AsyncOperationBase
    {
        internal RTCSetSessionDescriptionAsyncOperation() { }
    }

    public class MediaStreamTrack : RefCountedObject
    {
        internal MediaStreamTrack() { }
    }

    public class VideoStreamTrack : MediaStreamTrack
    {
        internal VideoStreamTrack() { }
        public event OnVideoReceived OnVideoReceived;
    }

    public class RTCRtpContributingSource
    {
        internal RTCRtpContributingSource() { }
        public long? rtpTimestamp { get { throw null; } }
        public uint? source { get { throw null; } }
    }

    public class RTCRtpReceiver : RefCountedObject
    {
        internal RTCRtpReceiver() { }
        public RTCRtpContributingSource[] GetSynchronizationSources() { throw null; }
    }

    public class RTCTrackEvent
    {
        internal RTCTrackEvent() { }
        public RTCRtpReceiver Receiver { get { throw null; } }
        public MediaStreamTrack Track { get { throw null; } }
    }

    public class RTCRtpTransceiver : RefCountedObject
    {
        internal RTCRtpTransceiver() { }
    }

    public class RTCRtpTransceiverInit
    {
        public RTCRtpTransceiverDirection? direction;
    }

    public class RTCPeerConnection : IDisposable
    {
        public RTCPeerConnection(ref RTCConfiguration configuration) { }
        public DelegateOnConnectionStateChange OnConnectionStateChange { get; set; }
        public DelegateOnDataChannel OnDataChannel { get; set; }
        public DelegateOnTrack OnTrack { get; set; }
        public RTCErrorType SetConfiguration(ref RTCConfiguration configuration) { throw null; }
        public RTCRtpTransceiver AddTransceiver(TrackKind kind, RTCRtpTransceiverInit init = null) { throw null; }
        public RTCDataChannel CreateDataChannel(string label, RTCDataChannelInit options = null) { throw null; }
        public RTCSessionDescriptionAsyncOperation CreateOffer() { throw null; }
        public RTCSetSessionDescriptionAsyncOperation SetLocalDescription(ref RTCSessionDescription desc) { throw null; }
        public RTCSetSessionDescriptionAsyncOperation SetRemoteDescription(ref RTCSessionDescription desc) { throw null; }
        public void Close() { }
        public void Dispose() { }
    }
}
