using UnityEngine;

namespace Panogaze.Samples
{
    /// <summary>
    /// A viewer that builds itself: put it on an empty object of an empty scene, set the address, and press Play. In a window the right mouse button looks
    /// around; in a headset the XR rig's camera is used, if the scene has one.
    /// </summary>
    public sealed class PanogazeViewerSample : MonoBehaviour
    {
        [SerializeField]
        private string url = "http://localhost:8080/whep";

        [SerializeField]
        private bool twoEyes = false;

        [SerializeField]
        [Tooltip("Degrees of a turn for each pixel that the mouse moves.")]
        private float degPerPixel = 0.15f;

        private Camera _viewer;
        private PanogazeConnection _connection;
        private Vector3 _lastMouse;
        private float _yawDeg;
        private float _pitchDeg;
        private bool _madeCamera;

        private void Awake()
        {
            _viewer = Camera.main;
            if (_viewer == null)
            {
                _viewer = new GameObject("Viewer").AddComponent<Camera>();
                _viewer.tag = "MainCamera";
                _madeCamera = true;
            }
            _viewer.clearFlags = CameraClearFlags.SolidColor;
            _viewer.backgroundColor = Color.black;

            // Made inactive, so that all is set when it is enabled.
            var client = new GameObject("Panogaze");
            client.SetActive(false);
            _connection = client.AddComponent<PanogazeConnection>();
            _connection.Url = url;
            _connection.TwoEyes = twoEyes;
            client.AddComponent<HeadPoseSource>().Viewer = _viewer;
            client.AddComponent<ControllerSource>();
            client.AddComponent<HapticsReceiver>();
            client.AddComponent<PanoramaLockedView>().Viewer = _viewer;
            _connection.StateChanged += (state, words) => Debug.Log("Panogaze: " + words, this);
            _connection.Welcomed += welcome => Debug.Log("Panogaze: the source is " + welcome.SourceName, this);
            client.SetActive(true);
        }

        private void Update()
        {
            if (!_madeCamera) return;
            Vector3 mouse = Input.mousePosition;
            if (Input.GetMouseButton(1))
            {
                _yawDeg += (mouse.x - _lastMouse.x) * degPerPixel;
                _pitchDeg = Mathf.Clamp(_pitchDeg - (mouse.y - _lastMouse.y) * degPerPixel, -90, 90);
                _viewer.transform.localRotation = Quaternion.Euler(_pitchDeg, _yawDeg, 0);
            }
            _lastMouse = mouse;
        }
    }
}
