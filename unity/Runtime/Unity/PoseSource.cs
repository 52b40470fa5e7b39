using System.Collections.Generic;
using UnityEngine;

namespace Panogaze
{
    /// <summary>Something that is tracked. Reads its poses when the connection asks, once per rendered frame.</summary>
    public abstract class PoseSource : MonoBehaviour
    {
        [SerializeField]
        [Tooltip("Where the poses go. Empty: the connection of this object or of one above it, else one of the scene.")]
        private PanogazeConnection connection;

        [SerializeField]
        [Tooltip("Most messages a second of each of its streams. 0: one per rendered frame.")]
        private float maxHz;

        private PanogazeConnection _joined;

        public PanogazeConnection Connection
        {
            get { return connection; }
            set
            {
                Leave();
                connection = value;
                if (isActiveAndEnabled) Join();
            }
        }

        public float MaxHz
        {
            get { return maxHz; }
            set { maxHz = value; }
        }

        /// <summary>Names its streams for the hello.</summary>
        public abstract void Describe(List<StreamInfo> streams);

        /// <summary>Reads its poses now and puts them into the connection.</summary>
        /// <param name="nowMs">On PanogazeClock.</param>
        public abstract void Read(PanogazeConnection into, double nowMs);

        protected virtual void OnEnable()
        {
            Join();
        }

        protected virtual void OnDisable()
        {
            Leave();
        }

        private void Join()
        {
            if (connection == null) connection = GetComponentInParent<PanogazeConnection>();
            if (connection == null) connection = FindAnyObjectByType<PanogazeConnection>();
            if (connection == null)
            {
                Debug.LogWarning("Panogaze: " + name + " has no connection to send to.", this);
                return;
            }
            _joined = connection;
            _joined.Add(this);
        }

        private void Leave()
        {
            if (_joined != null) _joined.Remove(this);
            _joined = null;
        }

        /// <summary>A stream in the tracking space.</summary>
        protected static StreamInfo Stream(ushort id, FrameKind kind, SkeletonType skeleton = SkeletonType.None, Hand hand = Hand.None)
        {
            return new StreamInfo { Id = id, Kind = kind, Skeleton = skeleton, Hand = hand };
        }
    }
}
