using UnityEngine;

namespace Panogaze
{
    /// <summary>
    /// Shows the stream where it was drawn for: a picture that comes late stays in its place in the world, and the head moves freely over it. Beyond the picture
    /// its surround is seen, a small picture of the whole sphere. Needs the frames channel of a panogaze server; without it the picture follows the head. Made for
    /// the eyes of a headset, and right on a screen too.
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

        [SerializeField]
        [Tooltip("Ask for pictures that are as sharp in the middle with half of the pixels. Without effect while the connection asks for no size.")]
        private bool foveated = true;

        private static readonly string[] Eyes = { "0", "1" };

        private PanoramaQuad _quad;
        private FrameMessage _message;
        private bool _hasQuad;
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
            if (connection != null) connection.ShapePictures(true, foveated);
            // Tracked cameras move once more right before a frame is drawn; the screen goes with them.
            Application.onBeforeRender += Place;
        }

        private void OnDisable()
        {
            Application.onBeforeRender -= Place;
            if (connection != null) connection.ShapePictures(false, false);
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
                _message = message;
                _hasQuad = true;
            }
            else if (!_hasQuad)
            {
                // A server that says nothing of its pictures draws what the camera sees.
                _message = new FrameMessage { Qw = 1, Eyes = 1, FovDeg = Mathf.Rad2Deg * 2 * Mathf.Atan(Mathf.Tan(Mathf.Deg2Rad * viewer.fieldOfView / 2) * viewer.aspect) };
            }
            _quad = PanoramaQuad.From(_message, connection.RecenterYawDeg, 1);
            _material.mainTexture = texture;
            for (int eye = 0; eye < 2; eye++) Describe(PictureGeometry.From(_message, eye == 1, texture.width, texture.height), Eyes[eye]);
            Place();
        }

        private void Describe(PictureGeometry geometry, string eye)
        {
            Set("_EyeFromPicture" + eye, geometry.EyeFromPicture);
            Set("_Span" + eye, geometry.Span);
            Set("_Rows" + eye, geometry.Rows);
            Set("_WorldFromPicture", geometry.WorldFromPicture);
            Set("_Foveation", geometry.Foveation);
            Set("_Tile", geometry.Tile);
            Set("_Size", geometry.Size);
        }

        private void Set(string name, Vector4Numbers numbers)
        {
            _material.SetVector(name, new Vector4((float)numbers.X, (float)numbers.Y, (float)numbers.Z, (float)numbers.W));
        }

        private void Place()
        {
            if (_screen == null || viewer == null || !_screen.activeSelf) return;
            Transform head = viewer.transform;
            Transform space = trackingSpace != null ? trackingSpace : head.parent;
            Quaternion rotation = head.rotation;
            if (_hasQuad)
            {
                var turned = new Quaternion(_quad.Qx, _quad.Qy, _quad.Qz, _quad.Qw);
                rotation = space == null ? turned : space.rotation * turned;
            }
            // The corners of a box are further away than its sides.
            float metres = Mathf.Min(distance, viewer.farClipPlane * 0.5f);
            Transform screen = _screen.transform;
            screen.SetPositionAndRotation(head.position, rotation);
            screen.localScale = new Vector3(metres, metres, metres);
        }

        private void MakeScreen()
        {
            _mesh = new Mesh { name = "Panogaze screen" };
            // A box from -1 to 1: bit 0 of a corner's number is its x, bit 1 its y, bit 2 its z.
            var corners = new Vector3[8];
            for (int corner = 0; corner < 8; corner++)
                corners[corner] = new Vector3((corner & 1) * 2 - 1, (corner >> 1 & 1) * 2 - 1, (corner >> 2) * 2 - 1);
            _mesh.vertices = corners;
            _mesh.triangles = new[]
            {
                0, 1, 2, 2, 1, 3, 4, 6, 5, 5, 6, 7, 0, 4, 1, 1, 4, 5, 2, 3, 6, 6, 3, 7, 0, 2, 4, 4, 2, 6, 1, 5, 3, 3, 5, 7,
            };
            _material = new Material(Resources.Load<Shader>("PanogazeView"));
            // No parent: a scaled or turned one would bend the picture.
            _screen = new GameObject("Panogaze screen");
            _screen.AddComponent<MeshFilter>().sharedMesh = _mesh;
            _screen.AddComponent<MeshRenderer>().sharedMaterial = _material;
            _screen.SetActive(false);
        }
    }
}
