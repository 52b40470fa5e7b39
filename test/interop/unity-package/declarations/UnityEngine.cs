// What of UnityEngine the package uses: names and signatures as in the Scripting API of Unity 2022.3 (docs.unity3d.com/2022.3/Documentation/ScriptReference).
// Nothing here runs: the test only compiles against it.
#pragma warning disable 67, 169, 626, 649, 660, 661, 824
using System;
using System.Collections;
using System.Collections.Generic;

namespace UnityEngine
{
    public class Object
    {
        public string name { get; set; }
        public static void Destroy(Object obj) { throw null; }
        public static T FindAnyObjectByType<T>() where T : Object { throw null; }
        public static bool operator ==(Object x, Object y) { throw null; }
        public static bool operator !=(Object x, Object y) { throw null; }
        public static implicit operator bool(Object exists) { throw null; }
    }

    public class Component : Object
    {
        public Transform transform { get { throw null; } }
        public GameObject gameObject { get { throw null; } }
        public string tag { get; set; }
        public T GetComponent<T>() { throw null; }
        public T GetComponentInParent<T>() { throw null; }
    }

    public class Behaviour : Component
    {
        public bool enabled { get; set; }
        public bool isActiveAndEnabled { get { throw null; } }
    }

    public class MonoBehaviour : Behaviour
    {
        public Coroutine StartCoroutine(IEnumerator routine) { throw null; }
        public void StopAllCoroutines() { throw null; }
    }

    public sealed class Coroutine : YieldInstruction { }
    public class YieldInstruction { }
    public sealed class WaitForEndOfFrame : YieldInstruction { }

    public abstract class CustomYieldInstruction : IEnumerator
    {
        public abstract bool keepWaiting { get; }
        public object Current { get { throw null; } }
        public bool MoveNext() { throw null; }
        public virtual void Reset() { }
    }

    public class AsyncOperation : YieldInstruction
    {
        public event Action<AsyncOperation> completed;
    }

    public sealed class GameObject : Object
    {
        public GameObject(string name) { }
        public bool activeSelf { get { throw null; } }
        public Transform transform { get { throw null; } }
        public void SetActive(bool value) { }
        public T AddComponent<T>() where T : Component { throw null; }
    }

    public class Transform : Component
    {
        public Vector3 position { get; set; }
        public Quaternion rotation { get; set; }
        public Vector3 localPosition { get; set; }
        public Quaternion localRotation { get; set; }
        public Vector3 localScale { get; set; }
        public Transform parent { get; set; }
        public Vector3 InverseTransformPoint(Vector3 position) { throw null; }
        public void SetPositionAndRotation(Vector3 position, Quaternion rotation) { }
    }

    public struct Vector2
    {
        public float x, y;
        public Vector2(float x, float y) { this.x = x; this.y = y; }
    }

    public struct Vector2Int
    {
        public Vector2Int(int x, int y) { this.x = x; this.y = y; }
        public int x { get; set; }
        public int y { get; set; }
    }

    public struct Vector3
    {
        public float x, y, z;
        public Vector3(float x, float y, float z) { this.x = x; this.y = y; this.z = z; }
        public static Vector3 operator +(Vector3 a, Vector3 b) { throw null; }
    }

    public struct Quaternion
    {
        public float x, y, z, w;
        public Quaternion(float x, float y, float z, float w) { this.x = x; this.y = y; this.z = z; this.w = w; }
        public static Quaternion identity { get { throw null; } }
        public static Quaternion Inverse(Quaternion rotation) { throw null; }
        public static Quaternion Euler(float x, float y, float z) { throw null; }
        public static Quaternion operator *(Quaternion lhs, Quaternion rhs) { throw null; }
        public static Vector3 operator *(Quaternion rotation, Vector3 point) { throw null; }
    }

    public struct Vector4
    {
        public Vector4(float x, float y, float z, float w) { }
    }

    public struct Matrix4x4
    {
        public float m00, m02, m11, m12;
    }

    // Not used, but in the way of System.Random.
    public static class Random { }

    public struct Color
    {
        public static Color black { get { throw null; } }
    }

    public struct Mathf
    {
        public const float Deg2Rad = 0.0174532924f;
        public const float Rad2Deg = 57.29578f;
        public static float Clamp(float value, float min, float max) { throw null; }
        public static float Max(float a, float b) { throw null; }
        public static float Min(float a, float b) { throw null; }
        public static float Abs(float f) { throw null; }
        public static float Tan(float f) { throw null; }
        public static float Atan(float f) { throw null; }
    }

    public enum CameraClearFlags { Skybox = 1, SolidColor = 2, Depth = 3, Nothing = 4 }

    public sealed class Camera : Behaviour
    {
        public enum StereoscopicEye { Left, Right }
        public static Camera main { get { throw null; } }
        public float fieldOfView { get; set; }
        public float aspect { get; set; }
        public float farClipPlane { get; set; }
        public bool stereoEnabled { get { throw null; } }
        public CameraClearFlags clearFlags { get; set; }
        public Color backgroundColor { get; set; }
        public Matrix4x4 GetStereoProjectionMatrix(StereoscopicEye eye) { throw null; }
    }

    public class Texture : Object
    {
        public virtual int width { get; set; }
        public virtual int height { get; set; }
    }

    public sealed class Shader : Object
    {
        public static int PropertyToID(string name) { throw null; }
    }

    public class Material : Object
    {
        public Material(Shader shader) { }
        public Texture mainTexture { get; set; }
        public void SetVector(string name, Vector4 value) { }
    }

    public sealed class Mesh : Object
    {
        public Vector3[] vertices { get; set; }
        public Vector2[] uv { get; set; }
        public int[] triangles { get; set; }
    }

    public sealed class MeshFilter : Component
    {
        public Mesh sharedMesh { get; set; }
    }

    public class Renderer : Component
    {
        public Material sharedMaterial { get; set; }
    }

    public class MeshRenderer : Renderer { }

    public sealed class Resources
    {
        public static T Load<T>(string path) where T : Object { throw null; }
    }

    public class Application
    {
        public static event Events.UnityAction onBeforeRender;
    }

    public sealed class SystemInfo
    {
        public static string deviceModel { get { throw null; } }
    }

    public class Input
    {
        public static Vector3 mousePosition { get { throw null; } }
        public static bool GetMouseButton(int button) { throw null; }
    }

    public class Debug
    {
        public static void Log(object message, Object context) { }
        public static void LogWarning(object message) { }
        public static void LogWarning(object message, Object context) { }
        public static void LogException(Exception exception, Object context) { }
    }

    [AttributeUsage(AttributeTargets.Field)]
    public sealed class SerializeField : Attribute { }

    [AttributeUsage(AttributeTargets.Field)]
    public class TooltipAttribute : Attribute
    {
        public TooltipAttribute(string tooltip) { }
    }

    [AttributeUsage(AttributeTargets.Field)]
    public sealed class RangeAttribute : Attribute
    {
        public RangeAttribute(float min, float max) { }
    }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class AddComponentMenu : Attribute
    {
        public AddComponentMenu(string menuName) { }
    }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class DisallowMultipleComponent : Attribute { }

    [AttributeUsage(AttributeTargets.Class)]
    public class DefaultExecutionOrder : Attribute
    {
        public DefaultExecutionOrder(int order) { }
    }
}

namespace UnityEngine.Events
{
    public delegate void UnityAction();

    public abstract class UnityEventBase { }

    public class UnityEvent<T0> : UnityEventBase
    {
        public void Invoke(T0 arg0) { }
    }
}

namespace UnityEngine.Networking
{
    public class UnityWebRequest : IDisposable
    {
        public UnityWebRequest(string url, string method) { }
        public string url { get; set; }
        public long responseCode { get { throw null; } }
        public int timeout { get; set; }
        public UploadHandler uploadHandler { get; set; }
        public DownloadHandler downloadHandler { get; set; }
        public CertificateHandler certificateHandler { get; set; }
        public void SetRequestHeader(string name, string value) { }
        public Dictionary<string, string> GetResponseHeaders() { throw null; }
        public UnityWebRequestAsyncOperation SendWebRequest() { throw null; }
        public void Dispose() { }
    }

    public class UnityWebRequestAsyncOperation : AsyncOperation { }

    public class UploadHandler : IDisposable
    {
        public string contentType { get; set; }
        public virtual void Dispose() { }
    }

    public sealed class UploadHandlerRaw : UploadHandler
    {
        public UploadHandlerRaw(byte[] data) { }
    }

    public class DownloadHandler : IDisposable
    {
        public string text { get { throw null; } }
        public virtual void Dispose() { }
    }

    public sealed class DownloadHandlerBuffer : DownloadHandler { }

    public class CertificateHandler : IDisposable
    {
        protected CertificateHandler() { }
        protected virtual bool ValidateCertificate(byte[] certificateData) { throw null; }
        public void Dispose() { }
    }
}

namespace UnityEngine.XR
{
    public enum XRNode { LeftEye, RightEye, CenterEye, Head, LeftHand, RightHand, GameController, TrackingReference, HardwareTracker }

    [Flags]
    public enum InputDeviceCharacteristics : uint
    {
        None = 0,
        HeadMounted = 1,
        Camera = 2,
        HeldInHand = 4,
        HandTracking = 8,
        EyeTracking = 16,
        TrackedDevice = 32,
        Controller = 64,
    }

    // Not used, but in the way: the package has a Hand of its own.
    public struct Hand { }

    public struct InputFeatureUsage<T>
    {
        public InputFeatureUsage(string usageName) { throw null; }
    }

    public static class CommonUsages
    {
        public static InputFeatureUsage<bool> isTracked;
        public static InputFeatureUsage<bool> primaryButton;
        public static InputFeatureUsage<bool> primaryTouch;
        public static InputFeatureUsage<bool> secondaryButton;
        public static InputFeatureUsage<bool> secondaryTouch;
        public static InputFeatureUsage<bool> gripButton;
        public static InputFeatureUsage<bool> triggerButton;
        public static InputFeatureUsage<bool> primary2DAxisClick;
        public static InputFeatureUsage<bool> primary2DAxisTouch;
        public static InputFeatureUsage<bool> secondary2DAxisClick;
        public static InputFeatureUsage<bool> secondary2DAxisTouch;
        public static InputFeatureUsage<float> trigger;
        public static InputFeatureUsage<float> grip;
        public static InputFeatureUsage<Vector2> primary2DAxis;
        public static InputFeatureUsage<Vector2> secondary2DAxis;
        public static InputFeatureUsage<Vector3> devicePosition;
        public static InputFeatureUsage<Vector3> deviceVelocity;
        public static InputFeatureUsage<Vector3> deviceAngularVelocity;
        public static InputFeatureUsage<Vector3> centerEyePosition;
        public static InputFeatureUsage<Vector3> centerEyeVelocity;
        public static InputFeatureUsage<Vector3> centerEyeAngularVelocity;
        public static InputFeatureUsage<Quaternion> deviceRotation;
        public static InputFeatureUsage<Quaternion> centerEyeRotation;
    }

    public struct InputDevice
    {
        public bool isValid { get { throw null; } }
        public InputDeviceCharacteristics characteristics { get { throw null; } }
        public bool SendHapticImpulse(uint channel, float amplitude, float duration = 1f) { throw null; }
        public void StopHaptics() { }
        public bool TryGetFeatureValue(InputFeatureUsage<bool> usage, out bool value) { throw null; }
        public bool TryGetFeatureValue(InputFeatureUsage<float> usage, out float value) { throw null; }
        public bool TryGetFeatureValue(InputFeatureUsage<Vector2> usage, out Vector2 value) { throw null; }
        public bool TryGetFeatureValue(InputFeatureUsage<Vector3> usage, out Vector3 value) { throw null; }
        public bool TryGetFeatureValue(InputFeatureUsage<Quaternion> usage, out Quaternion value) { throw null; }
    }

    public class InputDevices
    {
        public static InputDevice GetDeviceAtXRNode(XRNode node) { throw null; }
    }
}

namespace Unity.Collections
{
    public enum Allocator { Invalid, None, Temp, TempJob, Persistent, AudioKernel }
    public enum NativeArrayOptions { UninitializedMemory, ClearMemory }

    public struct NativeArray<T> : IDisposable where T : struct
    {
        public NativeArray(int length, Allocator allocator, NativeArrayOptions options = NativeArrayOptions.ClearMemory) { throw null; }
        public bool IsCreated { get { throw null; } }
        public NativeArray<T> GetSubArray(int start, int length) { throw null; }
        public static void Copy(T[] src, int srcIndex, NativeArray<T> dst, int dstIndex, int length) { }
        public void Dispose() { }
    }
}
