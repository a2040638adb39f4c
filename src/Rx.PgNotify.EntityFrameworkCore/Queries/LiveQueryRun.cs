using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>The runs of one subscription to a live query, one at a time.</summary>
/// <remarks>
/// The invariant: a result is returned only if every table that was read for it had been listened to before the reading
/// began. Whatever is committed later is then signalled, and makes another run. What read a table that wasn't is thrown away
/// and done again once the server listens.
/// </remarks>
/// <param name="contexts">Gives each execution a context of its own.</param>
/// <param name="query">What is run.</param>
/// <param name="foresee">What the first run is going to read, as far as that shows without running it.</param>
/// <param name="options">A copy.</param>
/// <param name="channels">What is listened to.</param>
sealed class LiveQueryRun<TContext, TResult>(
    IDbContextFactory<TContext> contexts,
    Func<TContext, CancellationToken, Task<TResult>> query,
    Action<TContext, RunReads>? foresee,
    EntityLiveQueryOptions options,
    ListenedChannels channels)
    where TContext : DbContext
{
    bool _isForeseen = foresee is null;

    internal async Task<TResult> RunAsync(CancellationToken cancellationToken)
    {
        if (!_isForeseen)
        {
            _isForeseen = true;
            await channels.ListenToAsync(await ForeseeAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }

        while (true)
        {
            var listened = channels.Listened;
            var (result, read) = await ExecuteAsync(cancellationToken).ConfigureAwait(false);
            if (read.IsSubsetOf(listened))
            {
                channels.Keep(read);
                return result;
            }

            await channels.ListenToAsync(read, cancellationToken).ConfigureAwait(false);
        }
    }

    // It only spares an execution. What fails here fails there too, or doesn't matter.
    async Task<HashSet<string>> ForeseeAsync(CancellationToken cancellationToken)
    {
        try
        {
            var context = await CreateContextAsync(cancellationToken).ConfigureAwait(false);
            await using var disposal = context.ConfigureAwait(false);
            var reads = new RunReads();
            foresee!(context, reads);
            return ChannelsOf(reads, context.Model);
        }
#pragma warning disable CA1031
        catch (Exception)
#pragma warning restore CA1031
        {
            return [];
        }
    }

    async Task<(TResult Result, HashSet<string> Read)> ExecuteAsync(CancellationToken cancellationToken)
    {
        var context = await CreateContextAsync(cancellationToken).ConfigureAwait(false);
        await using var disposal = context.ConfigureAwait(false);
        var reads = RunReads.Begin(context);
        try
        {
            var run = query(context, cancellationToken) ?? throw new InvalidOperationException("The query returned no task.");
            return (await run.ConfigureAwait(false), ChannelsOf(reads, context.Model));
        }
        finally
        {
            RunReads.End(context);
        }
    }

    async Task<TContext> CreateContextAsync(CancellationToken cancellationToken)
    {
        var context = await contexts.CreateDbContextAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Without it nothing that the context reads would be seen.
            if (context.GetInfrastructure().GetService<DeclarationRewriter>() is null)
                throw new MisuseException(
                    $"The tables that {context.GetType().Name} reads can't be found: call UseChangeNotifications() on its options, beside UseNpgsql().");
            context.ChangeTracker.QueryTrackingBehavior = options.Tracking;
            return context;
        }
        catch
        {
            await context.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    HashSet<string> ChannelsOf(RunReads reads, IModel model) =>
        TableChannel.Of(reads, options.DeclaredTables(model), options.IsDeclared);
}
