using System.CommandLine;
using NATS.Client.Core;
using Rx.PgNotify.Nats;
using Rx.PgNotify.Tool.Connections;

namespace Rx.PgNotify.Tool.CommandLine;

/// <summary>The options of the commands that use NATS.</summary>
sealed class NatsOptions
{
    const string ApplicationName = "pgnotify";

    readonly Option<string?> _servers;
    readonly Option<string?> _credentials;
    readonly Option<string?> _prefix;
    readonly string? _variable;

    /// <param name="servers">What the help says of <c>--nats</c>.</param>
    /// <param name="variable">Where the servers are found without that option; <see langword="null"/> for nowhere.</param>
    internal NatsOptions(string servers, string? variable = null)
    {
        _variable = variable;
        _servers = new Option<string?>("--nats") { Description = servers, HelpName = "URL" };
        _credentials = new Option<string?>("--creds") { Description = "NATS credentials: a file with a JWT and a seed", HelpName = "FILE" };
        _prefix = new Option<string?>("--prefix") { Description = "What the subjects begin with [default: pgnotify]", HelpName = "TEXT" };
        _prefix.Validators.Add(result =>
        {
            if (result.Tokens is not [var prefix])
                return; // there is another error
            try
            {
                new PgNatsBridgeOptions { SubjectPrefix = prefix.Value }.Validate();
            }
            catch (ArgumentOutOfRangeException)
            {
                result.AddError("--prefix takes 1 to 100 letters, digits, hyphens and underscores, with single dots between them.");
            }
        });
    }

    internal void AddTo(Command command)
    {
        command.Options.Add(_servers);
        command.Options.Add(_credentials);
        command.Options.Add(_prefix);
        if (_variable is null)
        {
            command.Validators.Add(result =>
            {
                foreach (var option in new[] { _credentials, _prefix })
                {
                    if (result.GetResult(option) is not null && result.GetResult(_servers) is null)
                        result.AddError($"{option.Name} goes with --nats.");
                }
            });
        }
    }

    /// <summary>Whether <c>--nats</c> is on the command line.</summary>
    internal bool AreGiven(ParseResult parsed) => parsed.GetResult(_servers) is not null;

    internal string? Prefix(ParseResult parsed) => parsed.GetValue(_prefix);

    /// <summary>A connection to NATS, which is not opened yet.</summary>
    /// <exception cref="UsageException">There are no servers, or their text or the file can't be read; the message repeats no value.</exception>
    internal NatsConnection Connection(ParseResult parsed)
    {
        var (source, servers) = Servers(parsed);
        try
        {
            NatsAddresses.Check(servers);
        }
        catch (FormatException e)
        {
            throw new UsageException($"{source}: {e.Message}");
        }

        var options = NatsOpts.Default with { Url = servers, Name = ApplicationName };
        if (parsed.GetValue(_credentials) is { } file)
        {
            if (NatsAddresses.NameUser(servers))
                throw new UsageException($"--creds excludes a user or a token in {source}.");
            CheckCredentials(file);
            options = options with { AuthOpts = new NatsAuthOpts { CredsFile = file } };
        }

        return new NatsConnection(options);
    }

    (string Source, string Text) Servers(ParseResult parsed)
    {
        if (parsed.GetValue(_servers) is { } text)
            return ("--nats", text);
        return _variable is not null && Environment.GetEnvironmentVariable(_variable) is { Length: > 0 } ofVariable
            ? (_variable, ofVariable)
            : throw new UsageException($"no NATS server: give --nats{(_variable is null ? "" : $" or set {_variable}")}.");
    }

    // NATS.Net reads it with the first attempt to connect, and never gets over it if that fails.
    static void CheckCredentials(string file)
    {
        try
        {
            var text = File.ReadAllText(file);
            foreach (var part in new[] { "NATS USER JWT", "USER NKEY SEED" })
            {
                if (!text.Contains($"-----BEGIN {part}-----", StringComparison.Ordinal))
                    throw new UsageException($"--creds: the file has no {part}.");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"--creds: the file can't be read: {e.Message}");
        }
    }
}
