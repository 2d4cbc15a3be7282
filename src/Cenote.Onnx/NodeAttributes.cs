using Onnx;
using static Onnx.AttributeProto.Types;

namespace Cenote.Onnx;

/// <summary>The attributes of one node, each checked as it is read.</summary>
internal sealed class NodeAttributes(NodeProto node, string place, int opset)
{
    /// <summary>Where a message has its beginning: the operator and the node's name.</summary>
    public string Place => place;

    public int Opset => opset;

    /// <exception cref="InvalidDataException">It is no integer, or outside its range.</exception>
    public long Integer(string name, long otherwise, long least, long most)
    {
        if (Find(name, AttributeType.Int) is not { } attribute) return otherwise;
        return attribute.I >= least && attribute.I <= most ? attribute.I : throw new InvalidDataException($"{place}: {name} is {attribute.I}; it must be {(most == least + 1 ? $"{least} or {most}" : $"from {least} to {most}")}.");
    }

    public bool Flag(string name, bool otherwise) => Integer(name, otherwise ? 1 : 0, 0, 1) != 0;

    /// <exception cref="InvalidDataException">It is no number.</exception>
    public double Real(string name, double otherwise) => Find(name, AttributeType.Float)?.F ?? otherwise;

    /// <exception cref="InvalidDataException">It is no text.</exception>
    public string Text(string name, string otherwise) => Find(name, AttributeType.String)?.S.ToStringUtf8() ?? otherwise;

    /// <summary>A list of numbers; null where the node has none of the name.</summary>
    /// <exception cref="InvalidDataException">It is no such list, or a number is outside 32 bits.</exception>
    public int[]? Integers(string name)
    {
        if (Find(name, AttributeType.Ints) is not { } attribute) return null;
        return attribute.Ints.All(number => number is >= int.MinValue and <= int.MaxValue) ? [.. attribute.Ints.Select(number => (int)number)]
            : throw new InvalidDataException($"{place}: {name} is [{string.Join(", ", attribute.Ints.Take(8))}]; each must be from {int.MinValue} to {int.MaxValue}.");
    }

    /// <summary>A list of so many numbers, each at least so large; null where the node has none of the name.</summary>
    /// <exception cref="InvalidDataException">It is no such list.</exception>
    public int[]? Integers(string name, int count, int least)
    {
        if (Integers(name) is not { } numbers) return null;
        return numbers.Length == count && numbers.All(number => number >= least) ? numbers
            : throw new InvalidDataException($"{place}: {name} is [{string.Join(", ", numbers.Take(8))}]; it must be {count} numbers, each at least {least}.");
    }

    // Files from before the third version of the format do not say the kind.
    private AttributeProto? Find(string name, AttributeType kind)
    {
        AttributeProto? found = node.Attribute.FirstOrDefault(attribute => attribute.Name == name);
        if (found is null || found.Type == kind || found.Type == AttributeType.Undefined) return found;
        throw new InvalidDataException($"{place}: {name} is an attribute of kind {found.Type}; it must be {kind}.");
    }
}
