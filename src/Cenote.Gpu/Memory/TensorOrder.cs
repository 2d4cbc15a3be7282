namespace Cenote.Gpu;

/// <summary>The two memory orders that kernels know.</summary>
internal static class TensorOrder
{
    /// <summary>Whether the channels of a position lie side by side; where lengths of 1 leave a choice, the tensor counts as row-major.</summary>
    /// <exception cref="ArgumentException">The tensor lies in neither order.</exception>
    public static bool IsChannelsLast<T>(string name, GpuTensor<T> tensor, int spatialRank)
        where T : unmanaged
    {
        if (Lies(tensor, spatialRank, channelsLast: false)) return false;
        if (Lies(tensor, spatialRank, channelsLast: true)) return true;
        throw new ArgumentException($"{name} {PoolPlan.Text(tensor.Lengths)} has strides {string.Join(", ", tensor.Strides.ToArray())}; devices pool row-major and channels-last tensors.", name);
    }

    /// <summary>The same for two tensors, which must lie alike: where the lengths of one leave a choice, the other tells.</summary>
    /// <exception cref="ArgumentException">They do not, or one lies in neither order.</exception>
    public static bool AreChannelsLast<T>(string name, GpuTensor<T> tensor, string otherName, GpuTensor<T> other, int spatialRank)
        where T : unmanaged
    {
        bool last = IsChannelsLast(name, tensor, spatialRank) || (IsChannelsLast(otherName, other, spatialRank) && Lies(tensor, spatialRank, channelsLast: true));
        RequireOrder(otherName, other, spatialRank, last);
        return last;
    }

    /// <exception cref="ArgumentException">The tensor does not lie in this order.</exception>
    public static void RequireOrder<T>(string name, GpuTensor<T> tensor, int spatialRank, bool channelsLast)
        where T : unmanaged
    {
        if (!Lies(tensor, spatialRank, channelsLast))
            throw new ArgumentException($"{name} {PoolPlan.Text(tensor.Lengths)} has strides {string.Join(", ", tensor.Strides.ToArray())}; it must lie like the input, {(channelsLast ? "channels-last" : "row-major")}.", name);
    }

    /// <exception cref="ArgumentException">The tensors share memory.</exception>
    public static unsafe void RequireApart<T, TOther>(string name, GpuTensor<T> tensor, string otherName, GpuTensor<TOther> other)
        where T : unmanaged
        where TOther : unmanaged
    {
        if (tensor.ElementCount == 0 || other.ElementCount == 0) return;
        // OpenCL's pointers are handles: there only the same one tells.
        bool isHandle = tensor.Device.Info.Backend == GpuBackend.OpenCl;
        long bytes = isHandle ? 1 : tensor.ElementCount * sizeof(T), otherBytes = isHandle ? 1 : other.ElementCount * sizeof(TOther);
        if (tensor.Pointer < other.Pointer + otherBytes && other.Pointer < tensor.Pointer + bytes)
            throw new ArgumentException($"{name} shares memory with {otherName}; it must have memory of its own.", name);
    }

    /// <summary>A new tensor in the order of another.</summary>
    public static GpuTensor<T> Like<T>(GpuTensor<T> like, ReadOnlySpan<nint> lengths, int spatialRank)
        where T : unmanaged => new(like.Device, lengths, Strides(lengths, spatialRank, IsChannelsLast("input", like, spatialRank)));

    /// <summary>The stream of a call, whose tensors must all be on its device.</summary>
    /// <exception cref="ArgumentException">They are not.</exception>
    public static GpuStream StreamOf(GpuDevice device, GpuStream? stream, params ReadOnlySpan<GpuDevice> others)
    {
        foreach (GpuDevice other in others)
            if (!ReferenceEquals(other, device)) throw new ArgumentException($"the tensors of a call are on devices {device.Info} and {other.Info}; they must be on one.");
        if (stream is not null && !ReferenceEquals(stream.Device, device)) throw new ArgumentException($"stream is one of device {stream.Device.Info}; the tensors are on {device.Info}.", nameof(stream));
        return stream ?? device.DefaultStream;
    }

    /// <exception cref="ArgumentException">The indices are of other windows, or lie in the other order.</exception>
    public static void RequireIndices(GpuIndices indices, PoolPlan plan, bool channelsLast)
    {
        ArgumentNullException.ThrowIfNull(indices);
        if (!indices.Plan.HasWindowsOf(plan)) throw new ArgumentException($"indices are those of {indices.Plan}; this call needs those of {plan}.", nameof(indices));
        bool isEither = plan.Channels == 1 || plan.OutputElements == plan.Batch * plan.Channels;
        if (!isEither && indices.ChannelsLast != channelsLast)
            throw new ArgumentException($"indices are {(indices.ChannelsLast ? "channels-last" : "row-major")} and the tensors {(channelsLast ? "channels-last" : "row-major")}; they must lie alike.", nameof(indices));
    }

    /// <exception cref="ArgumentException">A tap that a window may choose has no place in the output.</exception>
    public static void RequireRoom(PoolPlan plan, ReadOnlySpan<nint> shape, int spatialRank)
    {
        ReadOnlySpan<AxisPlan> axes = [plan.Depth, plan.Height, plan.Width];
        for (int axis = 0; axis < spatialRank; axis++)
        {
            AxisPlan windows = axes[3 - spatialRank + axis];
            Window final = windows[windows.OutputLength - 1];
            long needed = final.Start + (final.Count - 1) * final.Step + 1, length = shape[shape.Length - spatialRank + axis];
            if (final.Count > 0 && length < needed)
                throw new ArgumentException($"outputSize {WindowOptions.AxisName(axis, spatialRank)} is {length}; the windows of {plan} reach {needed} elements, which the output must have room for.", "outputSize");
        }
    }

    public static nint[] Strides(ReadOnlySpan<nint> lengths, int spatialRank, bool channelsLast)
    {
        if (!channelsLast) return DenseStrides.RowMajor(lengths);
        var strides = new nint[lengths.Length];
        int channel = lengths.Length - spatialRank - 1;
        nint next = lengths[channel];
        strides[channel] = next == 1 ? 0 : 1;
        for (int axis = lengths.Length - 1; axis >= 0; axis--)
        {
            if (axis == channel) continue;
            strides[axis] = lengths[axis] == 1 ? 0 : next;
            next *= Math.Max(1, lengths[axis]);
        }

        return strides;
    }

    private static bool Lies<T>(GpuTensor<T> tensor, int spatialRank, bool channelsLast)
        where T : unmanaged
    {
        nint[] strides = Strides(tensor.Lengths, spatialRank, channelsLast);
        for (int axis = 0; axis < strides.Length; axis++)
            if (tensor.Lengths[axis] != 1 && tensor.Strides[axis] != strides[axis]) return tensor.ElementCount == 0;
        return true;
    }
}
