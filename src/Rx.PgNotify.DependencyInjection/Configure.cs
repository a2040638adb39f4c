namespace Rx.PgNotify.DependencyInjection;

/// <summary>The application's own settings of options.</summary>
static class Configure
{
    /// <summary>For those who need no services to set options.</summary>
    internal static Action<IServiceProvider, TOptions>? WithoutServices<TOptions>(Action<TOptions>? configure) =>
        configure is null ? null : (_, options) => configure(options);
}
