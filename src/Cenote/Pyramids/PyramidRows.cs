namespace Cenote;

/// <summary>The rows of one block of rows: some along the depth, each with some along the height.</summary>
internal readonly unsafe struct PyramidRows<T>(T* first, long depths, long depthStep, long heights, long heightStep)
    where T : unmanaged
{
    public readonly T* First = first;
    public readonly long Depths = depths, DepthStep = depthStep, Heights = heights, HeightStep = heightStep;

    public long Count => Depths * Heights;
}
