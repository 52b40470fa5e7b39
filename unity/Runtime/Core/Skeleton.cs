namespace Panogaze
{
    /// <summary>Left or right, of hands and controllers. The numbers are those on the wire.</summary>
    public enum Hand
    {
        None = 0,
        Left = 1,
        Right = 2,
    }

    /// <summary>
    /// What is known of a skeleton before any pose has come. An id names a bone only together with its skeleton: 8 is IndexIntermediate of an XRHand and
    /// LeftShoulder of a FullBody.
    /// </summary>
    public sealed partial class Skeleton
    {
        private readonly string[] _names;
        private readonly int[] _parents;
        private readonly int[] _parentsFirst;

        public readonly SkeletonType Type;
        /// <summary>What comes before a bone's name in its official label: "FullBody_" in "FullBody_Head".</summary>
        public readonly string Prefix;

        private Skeleton(SkeletonType type, string prefix, string[] names, int[] parents)
        {
            Type = type;
            Prefix = prefix;
            _names = names;
            _parents = parents;
            _parentsFirst = TopologicalOrder(parents);
        }

        public int BoneCount
        {
            get { return _names.Length; }
        }

        /// <summary>The name of a bone, without prefix; "Unknown_91" for an id that the table does not have.</summary>
        public string NameOf(int bone)
        {
            return bone >= 0 && bone < _names.Length ? _names[bone] : "Unknown_" + Json.Number(bone);
        }

        /// <summary>The parent of a bone; -1: none. A device's own parents go before these.</summary>
        public int ParentOf(int bone)
        {
            return bone >= 0 && bone < _parents.Length ? _parents[bone] : -1;
        }

        /// <summary>Every id, parents before their children, otherwise in rising order. Ids themselves are not in such an order: palms come before wrists.</summary>
        public int ParentsFirst(int index)
        {
            return _parentsFirst[index];
        }

        /// <summary>The skeleton of a type; null for None and for types of later versions.</summary>
        public static Skeleton Of(SkeletonType type)
        {
            int index = (int)type;
            return index >= 0 && index < ByType.Length ? ByType[index] : null;
        }

        private static int[] TopologicalOrder(int[] parents)
        {
            var order = new int[parents.Length];
            var placed = new bool[parents.Length];
            int count = 0;
            for (int bone = 0; bone < parents.Length; bone++) Place(bone, parents, placed, order, ref count);
            return order;
        }

        private static void Place(int bone, int[] parents, bool[] placed, int[] order, ref int count)
        {
            if (placed[bone]) return;
            if (parents[bone] >= 0) Place(parents[bone], parents, placed, order, ref count);
            placed[bone] = true;
            order[count++] = bone;
        }

        private static readonly Skeleton[] ByType = MakeTable();

        private static Skeleton[] MakeTable()
        {
            var table = new Skeleton[128];
            foreach (Skeleton skeleton in MakeAll()) table[(int)skeleton.Type] = skeleton;
            return table;
        }
    }
}
