using System.Numerics.Tensors;

namespace Cenote.Browser.Tests;

/// <summary>The grid view: every control against the library, hovering, playing, links, languages.</summary>
public class GridTests(Playground playground)
{
    private static readonly Tensor<float> Textbook = Tensor.Create(new float[] { 1, 3, 2, 1, 4, 6, 5, 0, 2, 9, 3, 4, 0, 1, 7, 2 }, [1, 4, 4]);

    [Fact]
    public async Task Every_control_moves_the_layer()
    {
        await using Window window = await playground.Open("op=max&k=2&s=2");
        await Shows(window, new MaxPool2d(2));
        await window.ClickUntil("#kernel-more", "k=3");
        await Shows(window, new MaxPool2d(3, 2));
        await window.ClickUntil("#padding-more", "p=1");
        await Shows(window, new MaxPool2d(3, 2, 1));
        await window.ClickUntil("#ceil", "ceil=1");
        await Shows(window, new MaxPool2d(3, 2, 1, ceilMode: true));
        await window.ClickUntil("#stride-less", "s=1");
        await Shows(window, new MaxPool2d(3, 1, 1, ceilMode: true));
        await window.ClickUntil("#zero-pad", "zero-pad=1");
        await Shows(window, new MaxPool2d(3, 1, 1, ceilMode: true) { ZeroPadding = true });
        await window.ClickUntil("#kernel-less", "k=2");
        await window.ClickUntil("#dilation-more", "d=2");
        await Shows(window, new MaxPool2d(2, 1, 1, dilation: 2, ceilMode: true) { ZeroPadding = true });
        await window.ClickUntil("#kernel-axes", "k=2x2");
        await window.ClickUntil("#kernel-width-more", "k=2x3");
        await Shows(window, new MaxPool2d((2, 3), 1, 1, dilation: 2, ceilMode: true) { ZeroPadding = true });
        await window.Page.SelectAsync("#operator", "avg");
        await window.Says("op=avg");
        await Shows(window, new AvgPool2d((2, 3), 1, 1, ceilMode: true, dilation: 2));
        await window.ClickUntil("#count-pad", "count-pad=0");
        await Shows(window, new AvgPool2d((2, 3), 1, 1, ceilMode: true, countIncludePad: false, dilation: 2));
        Assert.Equal("torch.nn.AvgPool2d(kernel_size=(2, 3), stride=1, padding=1, ceil_mode=True, count_include_pad=False)(x)  # PyTorch has no dilation here", await window.Text("#pytorch"));
        Assert.Equal("new AvgPool2d(kernelSize: (2, 3), stride: 1, padding: 1, dilation: 2, ceilMode: true, countIncludePad: false).Forward(x)", await window.Text("#csharp"));
    }

    public static TheoryData<string, PoolLayer> Operators => new()
    {
        { "op=min&k=3&s=1", new MinPool2d(3, 1) },
        { "op=median&k=3&s=1", new MedianPool2d(3, 1) },
        { "op=sum&k=2&s=1", new SumPool2d(2, 1) },
        { "op=lp&k=2&s=2", new LpPool2d(2, 2) },
        { "op=global-max", new GlobalMaxPool2d() },
        { "op=global-avg", new GlobalAvgPool2d() },
        { "op=adaptive-max&size=3", new AdaptiveMaxPool2d(3) },
        { "op=adaptive-avg&size=3x2", new AdaptiveAvgPool2d((3, 2)) },
    };

    [Fact]
    public async Task Every_operator_is_the_library_s()
    {
        await using Window window = await playground.Open("op=max&k=2&s=2");
        foreach (var row in Operators)
        {
            var (fragment, layer) = row.Data;
            // A link followed within the page.
            await window.Eval<object>($"location.hash = '{fragment}'");
            await window.Wait($"document.querySelector('#operator').value === '{fragment.Split('&')[0][3..]}'");
            await Shows(window, layer);
        }
    }

    [Fact]
    public async Task The_pointer_and_the_keys_show_windows_and_readers()
    {
        await using Window window = await playground.Open("op=max&k=3&s=1&p=1&d=1");
        await window.Hover("output", 0, 1);
        await window.Wait("document.querySelector('#story').textContent.startsWith('(0, 1)')");
        Assert.Equal(["-1,0", "-1,1", "-1,2", "0,0", "0,1", "0,2", "1,0", "1,1", "1,2"], await window.Cells("#input td.tap"));
        Assert.Equal(["1,1"], await window.Cells("#input td.winner"));
        Assert.Equal("(0, 1)  max(1, 3, 2, 4, 6, 5) = 6, 3 padded", await window.Text("#story"));

        await window.Hover("input", 2, 1);
        await window.Wait("document.querySelectorAll('#output td.tap').length === 9");
        Assert.Equal(9, (await window.Cells("#output td.winner")).Length);

        await window.Page.FocusAsync("#output");
        await window.Page.Keyboard.PressAsync("ArrowDown");
        await window.Wait("document.querySelector('#story').textContent.startsWith('(1, 1)')");
    }

    [Fact]
    public async Task Dilation_leaves_gaps_and_ceil_mode_hangs_over()
    {
        await using Window window = await playground.Open("op=max&k=2&s=3&d=2&ceil=1");
        await window.Hover("output", 1, 1);
        await window.Wait("document.querySelector('#story').textContent.startsWith('(1, 1)')");
        Assert.Equal(["3,3"], await window.Cells("#input td.tap:not(.over)"));
        Assert.Equal(["3,5", "5,3", "5,5"], await window.Cells("#input td.over.tap"));
        Assert.Contains("3 hang over", await window.Text("#story"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Playing_steps_through_the_windows()
    {
        await using Window window = await playground.Open("op=avg&k=2&s=2");
        await window.Click("#forward");
        await window.Wait("document.querySelector('#story').textContent === '(0, 1)  (2 + 1 + 5 + 0) / 4 = 2'");
        await window.Click("#play");
        await window.Wait("document.querySelector('#story').textContent.startsWith('(1, 0)')");
        await window.Wait("document.querySelector('#story').textContent.startsWith('(1, 1)')");
        await window.Click("#play");
        await window.Wait("document.querySelector('#play').getAttribute('aria-pressed') === 'false'");
    }

    [Fact]
    public async Task The_gradient_goes_where_the_library_sends_it()
    {
        await using Window window = await playground.Open("op=max&k=3&s=1&gradient=1");
        var (_, indices) = new MaxPool2d(3, 1).ForwardWithIndices(Textbook);
        Assert.Equal(new MaxPool2d(3, 1).Backward(Tensor.Create([1f, 1, 1, 1], [1, 2, 2]), indices), await window.Numbers("input"));
        Assert.Equal(["2,1"], await window.Cells("#input td.receives"));
        await window.Page.SelectAsync("#operator", "avg");
        await window.Says("op=avg");
        await window.Wait("document.querySelectorAll('#input td.receives').length === 9");
        float[] spread = [.. new AvgPool2d(3, 1).Backward(Tensor.Create([1f, 1, 1, 1], [1, 2, 2]), [1, 4, 4]).Select(one => MathF.Round(one, 3))];
        Assert.Equal(spread, await window.Numbers("input"));
    }

    [Fact]
    public async Task What_is_impossible_is_said_in_the_library_s_words()
    {
        await using Window window = await playground.Open("op=max&k=2&s=2&p=2");
        string message = Assert.Throws<ArgumentOutOfRangeException>(() => new MaxPool2d(2, 2, 2)).Message.Split(" (Parameter")[0];
        await window.Wait("document.querySelector('#error') !== null");
        Assert.Equal(message, await window.Text("#error"));
        await window.ClickUntil("#padding-less", "p=1");
        await Shows(window, new MaxPool2d(2, 2, 1));
        await window.Eval<object>("location.hash = 'op=max&k=5&s=1'");
        await window.Wait("document.querySelector('#error')?.textContent.includes('height 4 is too small')");
        await window.Eval<object>("location.hash = 'op=max&k=1&s=1&grid=1+2;x+4'");
        await window.Wait("document.querySelector('#error')?.textContent.includes(\"'x' in row 2 is no number\")");
    }

    [Fact]
    public async Task A_link_brings_the_same_page_back()
    {
        await using Window first = await playground.Open("op=avg&k=2x3&s=1x2&p=1&d=1&ceil=1&count-pad=0&grid=1+2+3;4+5+6;7+8+-9.5&lang=zh");
        string link = await first.Fragment();
        await first.ClickUntil("#dilation-more", "d=2");
        link = await first.Fragment();
        float[] shown = await first.Numbers("output");
        await using Window second = await playground.Open(link);
        await second.Wait("document.querySelector('#output td') !== null");
        Assert.Equal(shown, await second.Numbers("output"));
        await second.ClickUntil("#dilation-less", "d=1");
        await second.ClickUntil("#dilation-more", "d=2");
        Assert.Equal(link, await second.Fragment());
    }

    [Fact]
    public async Task One_switch_changes_the_language_and_one_the_theme()
    {
        await using Window window = await playground.Open("op=max&k=2&s=2");
        await window.ClickUntil("#language", "lang=zh");
        await window.Wait("document.documentElement.lang === 'zh-Hans'");
        string page = await window.Text("main");
        Assert.All((string[])["窗口大小", "步幅", "填充", "空洞", "向上取整", "播放"], word => Assert.Contains(word, page, StringComparison.Ordinal));
        Assert.Equal(["en"], await window.Eval<string[]>("[document.querySelector('#language').lang]"));
        await window.ClickUntil("#language", "lang=en");
        Assert.DoesNotMatch(@"\p{IsCJKUnifiedIdeographs}", await window.Text("main"));

        string before = await window.Eval<string>("getComputedStyle(document.body).backgroundColor");
        await window.Click("#theme");
        Assert.NotEqual(before, await window.Eval<string>("getComputedStyle(document.body).backgroundColor"));
    }

    [Fact]
    public async Task Numbers_are_typed_and_drawn()
    {
        await using Window window = await playground.Open("op=max&k=2&s=2");
        await window.Click("summary");
        await window.Eval<object>("(() => { const box = document.querySelector('#numbers'); box.value = '1 2\\n3 4'; box.dispatchEvent(new Event('change', { bubbles: true })); })()");
        await window.Says("grid=1+2;3+4");
        Assert.Equal((float[])[4], await window.Numbers("output"));
        await window.Click("summary");
        await window.Click("#draw");
        await window.Wait("document.querySelector('.drawing') !== null");
        await window.Click("#input td[data-row=\"0\"][data-column=\"0\"]");
        await window.Says("grid=9+2;3+4");
        await window.Wait("document.querySelector('#output td').textContent === '9'");
    }

    [Theory]
    [InlineData(390)]
    [InlineData(1920)]
    public async Task Nothing_sticks_out_of_a_screen(int width)
    {
        await using Window window = await playground.Open("op=max&k=3&s=2&p=1&d=1&ceil=1", width, 844);
        foreach (string view in (string[])["#view-grid", "#view-picture"])
        {
            await window.Click(view);
            await window.Wait($"document.querySelector('{view}').getAttribute('aria-pressed') === 'true'");
            Assert.InRange(await window.Eval<int>("document.documentElement.scrollWidth"), 1, width);
        }
    }

    [Fact]
    public async Task Every_control_has_a_name()
    {
        await using Window window = await playground.Open("op=avg&k=2x2&s=2");
        string[] nameless = await window.Eval<string[]>("""
            [...document.querySelectorAll('button, input, select, textarea, table, canvas')]
                .filter(one => !(one.getAttribute('aria-label') || one.textContent.trim() || one.labels?.length))
                .map(one => one.outerHTML)
            """);
        Assert.Empty(nameless);
    }

    /// <summary>Waits until the page shows what the layer makes of the textbook's numbers.</summary>
    private static async Task Shows(Window window, PoolLayer layer)
    {
        PoolPlan plan = layer.Plan(Textbook.Lengths);
        await window.Wait($"document.querySelector('#formula p')?.textContent === '{plan}'");
        Assert.Equal(layer.Forward(Textbook).Select(one => MathF.Round(one, 3)), await window.Numbers("output"));
        Assert.Equal($"{plan}{plan.DescribeAxis(0)}{plan.DescribeAxis(1)}", (await window.Text("#formula")).ReplaceLineEndings("").Replace("    ", "", StringComparison.Ordinal));
    }
}
