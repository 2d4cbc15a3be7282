namespace Cenote.Tests;
public class Placeholder { [Fact] public void True() => Assert.True(typeof(object) != null); }
