namespace Rx.PgNotify.DependencyInjection;

/// <summary>What a registered service connects with.</summary>
interface IConnectionChoice
{
    /// <summary>The keys of its section that say so.</summary>
    IReadOnlyList<string> Keys { get; }

    /// <summary>Whether a connection is named here, and not just taken from what is registered.</summary>
    bool IsNamed { get; }

    /// <summary>What is wrong, with the key; never with a connection string.</summary>
    IEnumerable<string> FindErrors(IServiceProvider services);
}
