namespace Cenote;

/// <summary>How the mean of integers becomes an integer.</summary>
public enum IntegerRounding
{
    /// <summary>The fraction is cut off: −5/2 is −2. What PyTorch does with <c>int64</c>.</summary>
    TowardZero,

    /// <summary>The nearest integer, halves to the even one: 5/2 is 2, 7/2 is 4. What pictures want.</summary>
    NearestEven,
}
