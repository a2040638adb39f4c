using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Rx.PgNotify.DependencyInjection;

/// <summary>What all that is registered has in common: a singleton with named options, validated when the host starts.</summary>
/// <param name="ServiceKey">The key, or <see langword="null"/>.</param>
/// <param name="Section">Where options may come from.</param>
/// <param name="Settings">The options that may.</param>
/// <param name="Connection">What it connects with.</param>
/// <param name="Create">Creates it, with that connection.</param>
sealed record Registration<TOptions, TService>(
    object? ServiceKey,
    IConfiguration? Section,
    IReadOnlyList<Setting<TOptions>> Settings,
    IConnectionChoice Connection,
    Func<IServiceProvider, TOptions, TService> Create)
    where TOptions : class, new()
    where TService : class
{
    /// <summary>Of the options, and in metrics; empty without a key, which is how the options framework names the only ones.</summary>
    internal string Name { get; } = ServiceKey?.ToString() ?? Options.DefaultName;

    /// <summary>
    /// Options are set in this order: what is given first, unless they are set already; the section; the code of the
    /// application. A further registration for the same key adds its own to that.
    /// </summary>
    internal IServiceCollection AddTo(
        IServiceCollection services,
        Action<IServiceProvider, TOptions> defaults,
        Action<IServiceProvider, TOptions>? configure,
        Action<TOptions> validate)
    {
        ArgumentNullException.ThrowIfNull(services);
        var section = new SectionSettings<TOptions>(Section, Settings, Connection.Keys);
        var isFirst = !services.Any(service =>
            service.ServiceType == typeof(Registration<TOptions, TService>) && Equals(service.ServiceKey, ServiceKey));
        services.AddKeyedSingleton(ServiceKey, this);
        services.AddOptions<TOptions>(Name)
            .Configure<IServiceProvider>((options, provider) =>
            {
                if (isFirst)
                    defaults(provider, options);
                section.Apply(options);
                configure?.Invoke(provider, options);
            })
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<TOptions>>(provider => new Validation(this, section, validate, provider));
        return services.AddKeyedSingleton(
            ServiceKey, (provider, _) => FindTaken(provider).Create(provider, provider.GetRequiredService<IOptionsMonitor<TOptions>>().Get(Name)));
    }

    // Of several for one key the last that names a connection: one that only sets options changes no other's connection.
    Registration<TOptions, TService> FindTaken(IServiceProvider services)
    {
        var all = services.GetKeyedServices<Registration<TOptions, TService>>(ServiceKey).ToList();
        return all.FindLast(registration => registration.Connection.IsNamed) ?? all[^1];
    }

    sealed class Validation(
        Registration<TOptions, TService> registration, SectionSettings<TOptions> section, Action<TOptions> validate, IServiceProvider services)
        : IValidateOptions<TOptions>
    {
        public ValidateOptionsResult Validate(string? name, TOptions options)
        {
            if (!string.Equals(name, registration.Name, StringComparison.Ordinal))
                return ValidateOptionsResult.Skip;
            List<string> errors = [.. section.FindErrors(), .. section.FindErrors(() => validate(options))];
            if (ReferenceEquals(registration.FindTaken(services), registration))
                errors.AddRange(registration.Connection.FindErrors(services));
            return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
        }
    }
}
