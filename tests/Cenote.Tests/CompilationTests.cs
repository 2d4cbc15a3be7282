using System.Reflection;

namespace Cenote.Tests;

public class CompilationTests
{
    /// <summary>What is compiled fully at once is a hot loop. A caller that is compiled with a profile may take it in, run out of the inliner's budget and call each of its operations.</summary>
    [Fact]
    public void Loops_that_are_compiled_at_once_are_no_part_of_their_callers()
    {
        MethodInfo[] atOnce = [.. typeof(PoolPlan).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance))
            .Where(method => method.MethodImplementationFlags.HasFlag(MethodImplAttributes.AggressiveOptimization))];
        Assert.NotEmpty(atOnce);
        Assert.All(atOnce, method => Assert.True(method.MethodImplementationFlags.HasFlag(MethodImplAttributes.NoInlining), $"{method.DeclaringType}.{method.Name} may be inlined."));
    }
}
