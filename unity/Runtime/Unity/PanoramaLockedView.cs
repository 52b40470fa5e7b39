using UnityEngine;

namespace Panogaze
{
    /// <summary>
    /// Shows the stream where it was drawn for: a picture that comes late stays in its place in the world, and the head moves freely over it. Needs the
    /// frames channel of a panogaze server; without it the picture follows the head. Made for the eyes of a headset, and right on a screen too.
    /// </summary>
    [AddComponentMenu("Panogaze/Panorama Locked View")]
    public sealed class PanoramaLockedView : MonoBehaviour
    {
        [SerializeField]
        [Tooltip("Where the pictures come from. Empty: the connection of this object or of one above it, else one of the scene.")]
        private PanogazeConnection connection;

        [SerializeField]
        [Tooltip("The viewer's camera. Empty: the main one.")]
        private Camera viewer;

        [SerializeField]
        [Tooltip("What poses are relative to: the rig's tracking space, the same as of the head's source. Empty: the camera's parent.")]
        private Transform trackingSpace;

        [SerializeField]
        [Tooltip("Metres to the picture. Far, so that both eyes see it at the same place; the far plane is further.")]
        private float distance = 50;

        private static readonly int EyesId = Shader.PropertyToID("_Eyes");

        private PanoramaQuad _quad;
        private bool _hasQuad;
        private int _eyes = 1;
        private GameObject _screen;
        private Material _material;
        private Mesh _mesh;

        public Camera Viewer
        {
            get { return viewer; }
            set { viewer = value; }
        }

        public Transform TrackingSpace
        {
            get { return trackingSpace; }
            set { trackingSpace = value; }
        }

        private void OnEnable()
        {
            if (connection == null) connection = GetComponentInParent<PanogazeConnection>();
            if (connection == null) connection = FindAnyObjectByType<PanogazeConnection>();
            if (viewer == null) viewer = Camera.main;
            MakeScreen();
            // Tracked cameras move once more right before a frame is drawn; the screen goes with them.
            Application.onBeforeRender += Place;
        }

        private void OnDisable()
        {
            Application.onBeforeRender -= Place;
            if (_screen != null) Destroy(_screen);
            if (_material != null) Destroy(_material);
            if (_mesh != null) Destroy(_mesh);
            _hasQuad = false;
        }

        private void LateUpdate()
        {
            Texture texture = connection == null ? null : connection.Texture;
            _screen.SetActive(texture != null);
            if (texture == null)
            {
                _hasQuad = false;
                return;
            }
            FrameMessage message;
            if (connection.TryGetShownFrame(out message))
            {
                _eyes = message.Eyes;
                double aspect = texture.width / (double)(texture.height / _eyes);
                _quad = PanoramaQuad.From(message, connection.RecenterYawDeg, aspect);
                _hasQuad = true;
            }
            _material.mainTexture = texture;
            _material.SetFloat(EyesId, _eyes);
            Place();
        }

        private void Place()
        {
            if (_screen == null || viewer == null || !_screen.activeSelf) return;
            Transform head = viewer.transform;
            Transform space = trackingSpace != null ? trackingSpace : head.parent;
            Quaternion rotation = head.rotation;
            float width = 2 * Mathf.Tan(Mathf.Deg2Rad * viewer.fieldOfView / 2) * viewer.aspect;
            float height = width / viewer.aspect;
            if (_hasQuad)
            {
                var turned = new Quaternion(_quad.Qx, _quad.Qy, _quad.Qz, _quad.Qw);
                rotation = space == null ? turned : space.rotation * turned;
                width = _quad.Width;
                height = _quad.Height;
            }
            float metres = Mathf.Min(distance, viewer.farClipPlane * 0.9f);
            Transform screen = _screen.transform;
            screen.SetPositionAndRotation(head.position + rotation * new Vector3(0, 0, metres), rotation);
            screen.localScale = new Vector3(width * metres, height * metres, 1);
        }

        private void MakeScreen()
        {
            _mesh = new Mesh { name = "Panogaze screen" };
            _mesh.vertices = new[] { new Vector3(-0.5f, -0.5f, 0), new Vector3(0.5f, -0.5f, 0), new Vector3(-0.5f, 0.5f, 0), new Vector3(0.5f, 0.5f, 0) };
            _mesh.uv = new[] { new Vector2(0, 0), new Vector2(1, 0), new Vector2(0, 1), new Vector2(1, 1) };
            _mesh.triangles = new[] { 0, 2, 1, 1, 2, 3 };
            _material = new Material(Resources.Load<Shader>("PanogazeView"));
            // No parent: a scaled or turned one would bend the picture.
            _screen = new GameObject("Panogaze screen");
            _screen.AddComponent<MeshFilter>().sharedMesh = _mesh;
            _screen.AddComponent<MeshRenderer>().sharedMaterial = _material;
            _screen.SetActive(false);
        }
    }
}
