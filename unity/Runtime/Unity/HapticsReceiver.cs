using UnityEngine;
using UnityEngine.XR;

namespace Panogaze
{
    /// <summary>Lets the controllers vibrate as the server says, until a second after its last message.</summary>
    [AddComponentMenu("Panogaze/Haptics Receiver")]
    public sealed class HapticsReceiver : MonoBehaviour
    {
        /// <summary>An impulse is longer than the time to the next one, so that a touch that lasts is felt without gaps.</summary>
        private const float ImpulseSec = 0.1f;
        private const double RepeatMs = 50;

        [SerializeField]
        [Tooltip("Where the messages come from. Empty: the connection of this object or of one above it, else one of the scene.")]
        private PanogazeConnection connection;

        [SerializeField]
        [Range(0, 1)]
        private float strength = 1;

        private readonly HapticsHold _hold = new HapticsHold();
        private double _leftAtMs;
        private double _rightAtMs;
        private bool _leftPlays;
        private bool _rightPlays;

        /// <summary>How strongly a hand is touched now, 0 to 1, for gloves and pictures.</summary>
        public float StrengthOf(Hand hand)
        {
            return _hold.StrengthOf(hand, PanogazeClock.NowMs);
        }

        private void OnEnable()
        {
            if (connection == null) connection = GetComponentInParent<PanogazeConnection>();
            if (connection == null) connection = FindAnyObjectByType<PanogazeConnection>();
            if (connection != null) connection.HapticsReceived += Received;
        }

        private void OnDisable()
        {
            if (connection != null) connection.HapticsReceived -= Received;
            Stop(XRNode.LeftHand, ref _leftPlays);
            Stop(XRNode.RightHand, ref _rightPlays);
        }

        private void Received(HapticsMessage message)
        {
            _hold.Put(message, PanogazeClock.NowMs);
        }

        private void Update()
        {
            double nowMs = PanogazeClock.NowMs;
            Play(XRNode.LeftHand, _hold.StrengthOf(Hand.Left, nowMs) * strength, nowMs, ref _leftAtMs, ref _leftPlays);
            Play(XRNode.RightHand, _hold.StrengthOf(Hand.Right, nowMs) * strength, nowMs, ref _rightAtMs, ref _rightPlays);
        }

        private static void Play(XRNode node, float amplitude, double nowMs, ref double playedAtMs, ref bool plays)
        {
            if (amplitude <= 0)
            {
                Stop(node, ref plays);
                return;
            }
            if (plays && nowMs - playedAtMs < RepeatMs) return;
            InputDevice device = InputDevices.GetDeviceAtXRNode(node);
            if (!device.isValid || !device.SendHapticImpulse(0, amplitude, ImpulseSec)) return;
            playedAtMs = nowMs;
            plays = true;
        }

        private static void Stop(XRNode node, ref bool plays)
        {
            if (!plays) return;
            plays = false;
            InputDevice device = InputDevices.GetDeviceAtXRNode(node);
            if (device.isValid) device.StopHaptics();
        }
    }
}
