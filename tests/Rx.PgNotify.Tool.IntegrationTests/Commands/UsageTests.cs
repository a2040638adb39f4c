namespace Rx.PgNotify.Tool.IntegrationTests.Commands;

[LongTest, Parallelizable(ParallelScope.All)]
sealed class UsageTests
{
    const string Secret = "hunter2";

    static readonly object[][] s_wrong =
    [
        [new[] { "listen" }, "CHANNEL"],
        [Array.Empty<string>(), "command"],
        [new[] { "lisen", "c" }, "'lisen'"],
        [new[] { "listen", "c" }, "give --connection, or -h and -d as to psql, or set PGNOTIFY_CONNECTION or DATABASE_URL, or PGHOST"],
        [new[] { "lsiten", "c" }, "there is no command 'lsiten'; did you mean 'listen'?"],
        [new[] { "doc" }, "did you mean 'doctor'?"],
        [new[] { "subscribe", "c" }, "there is no command 'subscribe'."],
        [new[] { "-h" }, "there is no option '-h'; did you mean '--help'?"],
        [new[] { "demo", "-h" }, "did you mean '--help'?"],
        [new[] { "listen", "c", "--cuont", "1", "--connection", "Host=h" }, "there is no option '--cuont'; did you mean '--count'?"],
        [new[] { "listen", "c", "--hlep" }, "did you mean '--help'?"],
        [new[] { "listen", "c", "--colour", "--connection", "Host=h" }, "there is no option '--colour'; a word that begins with '-' goes after '--'."],
        [new[] { "listen", "c", "-h" }, "'-h'"],
        [new[] { "listen", "c", "-h", "x", "-p", Secret }, "-p: the parameter port takes a whole number from 1 to 65535"],
        [new[] { "listen", "c", "-h", "x,y", "-p", "1,2,3" }, "-p: there are 3 ports, and 2 of the hosts"],
        [new[] { "listen", "c", "-h", "x", "--connection", "Host=h" }, "--connection excludes -h, -p, -U and -d"],
        [new[] { "listen", "c", "-h", "x", "-d", $"postgres://u:{Secret}@h/d" }, "-d with a URI excludes -h, -p and -U"],
        [new[] { "listen", "c", "-d", $"host=h password={Secret}" }, "-d takes the name of a database, or a postgres:// URI"],
        [new[] { "listen", "c", "-d", $"postgres://u:{Secret}@h/d?colour=x" }, "-d: the parameter colour is not known"],
        [new[] { "listen", "c", "--nats", "broker", "-h", "x" }, "--connection and --nats exclude each other"],
        [new[] { "listen", "c", "--connection", "Host=h", "--format", "{payload" }, "--format: a brace has no partner"],
        [new[] { "listen", "c", "--connection", "Host=h", "--format", "{colour}" }, "--format: there is no field {colour}; fields are {time}"],
        [new[] { "listen", "c", "--connection", "Host=h", "-0" }, "-0 goes with --format raw or a template"],
        [new[] { "listen", "c", "--connection", "Host=h", "--timeout", "0" }, "--timeout takes a whole number from 1 to 86400"],
        [new[] { "listen", "c", "--connection", "Host=h", "--exec", "sh", "--format", "json" }, "--exec excludes --format and -0"],
        [new[] { "listen", "c", "--connection", "Host=h", "--exec", " " }, "--exec takes a command"],
        [new[] { "listen", "c", "--connection", "Host=h", "--exec", "sh -c 'x" }, "--exec: a ' is not closed"],
        [new[] { "send", "c", "x", "--connection", "Host=h", "--repeat", "0" }, "--repeat takes a whole number from 1"],
        [new[] { "send", "c", "x", "--connection", "Host=h", "--rate", "0" }, "--rate takes a whole number from 1 to 1000000"],
        [new[] { "send", "c", "x", "--connection", "Host=h", "--rate", "5", "--every", "5" }, "--every and --rate exclude each other"],
        [new[] { "send", "c", "-", "--connection", "Host=h", "--repeat", "5" }, "--repeat does not go with '-'"],
        [new[] { "send", "c", new string('x', 8_000), "--connection", "Host=h", "--repeat", "5" }, "this one has 8000"],
        [new[] { "send", "c" }, "PGNOTIFY_CONNECTION or DATABASE_URL"],
        [new[] { "listen", "", "--connection", "Host=h" }, "1 to 63 bytes"],
        [new[] { "listen", "ok", new string('é', 32), "--connection", "Host=h" }, "this one has 64"],
        [new[] { "send", new string('x', 64), "--connection", "Host=h" }, "this one has 64"],
        [new[] { "send", new string('x', 64), "-", "--connection", "Host=h" }, "this one has 64"],
        [new[] { "send", "c", new string('x', 8_000), "--connection", "Host=h" }, "at most 7999 bytes of UTF-8; this one has 8000"],
        [new[] { "send", "c", "x", "y", "--connection", "Host=h" }, "more words"],
        [new[] { "listen", "c", "--connection", "Host=h", "--count", "0" }, "--count takes a whole number from 1 to 2147483647"],
        [new[] { "listen", "c", "--connection", "Host=h", "--count", "-1" }, "--count takes"],
        [new[] { "listen", "c", "--connection", "Host=h", "--count", "many" }, "--count takes"],
        [new[] { "listen", "c", "--connection", "Host=h", "--coalesce", "0" }, "--coalesce takes a whole number from 1 to 3600000"],
        [new[] { "listen", "c", "--connection", "Host=h", "--max-wait", "5" }, "--max-wait goes with --coalesce"],
        [new[] { "listen", "c", "--connection", "Host=h", "--coalesce", "9", "--max-wait", "5" }, "can't be less than --coalesce"],
        [new[] { "listen", "c", "--connection", "Host=h", "--format", "xml" }, "'json'"],
        [new[] { "listen", "c", "--connection", "" }, "--connection"],
        [new[] { "doctor" }, "PGNOTIFY_CONNECTION or DATABASE_URL"],
        [new[] { "doctor", "--connection", "Host=h", "--timeout", "0" }, "--timeout takes a whole number from 1 to 3600"],
        [new[] { "doctor", "--connection", $"garbage {Secret}" }, "neither"],
        [new[] { "doctor", $"Host=h;Password={Secret}" }, "more words"],
        [new[] { "completion", "tcsh" }, "'bash'"],
        [new[] { "listen", "c", "--connection", $"garbage {Secret}" }, "neither"],
        [new[] { "listen", "c", "--connection", $"Host=h;Prot=5;Password={Secret}" }, "--connection"],
        [new[] { "listen", "c", "--connection", $"Password={Secret};Username=u" }, "no Host"],
        [new[] { "send", "c", "--connection", $"postgres://u:{Secret}@h/d?colour={Secret}" }, "colour"],
        [new[] { "listen", "c", "--conection", $"Host=h;Password={Secret}" }, "'--conection'"],
        [new[] { "listen", "c", $"--conection=Host=h;Password={Secret}" }, "'--conection'"],
        [new[] { "listen", "c", "--conection", $"Host=a-host-with-a-long-name.example;Database=shop;Password={Secret}" }, "'--conection'"],
        [new[] { "send", "c", "x", "--conection", $"Host=h;Password={Secret}" }, "'--conection'"],
        [new[] { "bridge", "--connection", "Host=h" }, "no NATS server: give --nats or set NATS_URL"],
        [new[] { "bridge", "--nats", "broker" }, "PGNOTIFY_CONNECTION or DATABASE_URL"],
        [new[] { "bridge", "--connection", "Host=h", "--nats", $"http://me:{Secret}@broker" }, "--nats: an address begins with nats://"],
        [new[] { "bridge", "--connection", "Host=h", "--nats", $"nats://me:1/{Secret}@broker" }, "%2F"],
        [new[] { "bridge", "--connection", "Host=h", "--nats", "broker", "--heartbeat", "0" }, "--heartbeat takes a whole number from 1 to 1800"],
        [new[] { "bridge", "--connection", "Host=h", "--nats", "broker", "--prefix", "a..b" }, "--prefix takes 1 to 100 letters"],
        [new[] { "bridge", "--connection", "Host=h", "--nats", "broker", "--listed-only" }, "--listed-only goes with one CHANNEL or more"],
        [new[] { "bridge", new string('x', 64), "--connection", "Host=h", "--nats", "broker" }, "this one has 64"],
        [new[] { "bridge", "--connection", "Host=h", "--nats", "broker", "--creds", "/no/such/file" }, "--creds: the file can't be read"],
        [new[] { "bridge", "--connection", "Host=h", "--nats", "broker", "--creds", "/dev/null" }, "--creds: the file has no NATS USER JWT"],
        [new[] { "bridge", "--connection", "Host=h", "--nats", $"nats://{Secret}@broker", "--creds", "/dev/null" }, "--creds excludes a user or a token in --nats"],
        [new[] { "listen", "c", "--nats", $"postgres://u:{Secret}@h/d" }, "--nats: an address begins with nats://"],
        [new[] { "listen", "c", "--nats", "broker", "--connection", "Host=h" }, "--connection and --nats exclude each other"],
        [new[] { "listen", "c", "--connection", "Host=h", "--prefix", "shop" }, "--prefix goes with --nats"],
        [new[] { "listen", "c", "--connection", "Host=h", "--creds", "f" }, "--creds goes with --nats"],
        [new[] { "watch" }, "TABLE"],
        [new[] { "watch", "t" }, "PGNOTIFY_CONNECTION or DATABASE_URL"],
        [new[] { "watch", "t", "u", "--connection", "Host=h" }, "more words"],
        [new[] { "watch", new string('x', 64), "--connection", "Host=h" }, "this one has 64"],
        [new[] { "watch", "t", "--connection", "Host=h", "--columns", "a,,b" }, "A column's name has 1 to 63 bytes"],
        [new[] { "watch", "t", "--connection", "Host=h", "--key", "a,a" }, "--key must be free of duplicates"],
        [new[] { "watch", "t", "--connection", "Host=h", "--keys-only", "--columns", "a" }, "--keys-only and --columns exclude each other"],
        [new[] { "watch", "t", "--connection", "Host=h", "--web", "--count", "1" }, "--web excludes --format and --count"],
        [new[] { "watch", "t", "--connection", "Host=h", "--web-port", "5081" }, "--web-port goes with --web"],
        [new[] { "watch", "t", "--conection", $"Host=h;Password={Secret}" }, "'--conection'"],
        [new[] { "top" }, "PGNOTIFY_CONNECTION or DATABASE_URL"],
        [new[] { "top", "orders", "--connection", "Host=h" }, "more words"],
        [new[] { "top", "--connection", "Host=h", "--interval", "0" }, "--interval takes a whole number from 1 to 3600"],
        [new[] { "demo", "--port", "5080" }, "--port goes with --web"],
        [new[] { "demo", "--web", "--port", "65536" }, "--port takes a whole number from 0 to 65535"],
        [new[] { $"postgres://u:{Secret}@h/d" }, "'postgres'"],
        [new[] { "send", "c", "x", $"postgres://u:{Secret}@h/d" }, "more words"],
    ];

    static IEnumerable<TestCaseData> Wrong() => s_wrong.Select(item => new TestCaseData(item)
        .SetArgDisplayNames([.. ((string[])item[0]).Select(word => word.Length > 30 ? word[..30] + "..." : $"'{word}'")]));

    [TestCaseSource(nameof(Wrong))]
    public async Task Tool_CalledWrongly_SaysWhyAndEndsWithTwo(string[] arguments, string reason)
    {
        await using var tool = await ToolProcess.RunAsync(arguments);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await tool.ExitCodeAsync(), Is.EqualTo(2));
            Assert.That(tool.Errors[0], Does.StartWith("pgnotify: ").And.Contains(reason));
            Assert.That(tool.Errors[^1], Does.StartWith("Try 'pgnotify "));
            Assert.That(string.Concat(tool.Errors), Does.Not.Contain(Secret).And.Not.Contain(" at Rx.").And.Not.Contain("(Parameter"));
            Assert.That(tool.Output, Is.Empty);
        }
    }

    [TestCase("--help", "demo")]
    [TestCase("listen --help", "--coalesce 200")]
    [TestCase("listen --help", "--nats nats://broker")]
    [TestCase("listen -?", "-h, --host <HOST>")]
    [TestCase("listen -h localhost --help", "-d, --dbname <NAME>")]
    [TestCase("bridge --help", "bridge [<CHANNEL>...]")]
    [TestCase("bridge --help", "pgnotify bridge --prefix shop")]
    [TestCase("demo --help", "pgnotify demo --web")]
    [TestCase("send --help", "tail -f")]
    [TestCase("trigger --help", "pgnotify trigger orders")]
    [TestCase("watch --help", "pgnotify watch sales.orders")]
    [TestCase("top --help", "--once")]
    [TestCase("demo --help", "PostgreSQL server")]
    [TestCase("demo --help", "Examples:")]
    [TestCase("listen --help", "listen <CHANNEL>...")]
    [TestCase("doctor --help", "--timeout 60")]
    [TestCase("completion --help", "~/.bashrc")]
    [TestCase("listen --bad --help", "--coalesce 200")]
    [TestCase("--version", "0.")]
    public async Task Tool_AskedForHelpOrVersion_GivesItOnTheOutput(string arguments, string part)
    {
        await using var tool = await ToolProcess.RunAsync(arguments.Split(' '));

        Assert.That(await tool.ExitCodeAsync(), Is.Zero);
        Assert.That(string.Join('\n', tool.Output), Does.Contain(part));
        Assert.That(tool.Errors, Is.Empty);
    }
}
