using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Rx.PgNotify.LiveDashboard;

/// <summary>What a browser may change. What came of it every browser hears from the channel, this one too.</summary>
static class OrderRoutes
{
    internal static void MapOrders(this IEndpointRouteBuilder routes)
    {
        var orders = routes.MapGroup("/orders").AddEndpointFilter(RefuseOtherOriginsAsync).AddEndpointFilter(AnswerWhenDownAsync);
        orders.MapPost("", AddAsync);
        orders.MapPost("/{id:int}/pay", PayAsync);
    }

    static async Task<Results<NoContent, BadRequest<string>>> AddAsync(NewOrder order, OrdersTable table, CancellationToken cancellation)
    {
        if (order.Refusal is { } refusal)
            return TypedResults.BadRequest(refusal);
        await table.AddAsync(order, cancellation);
        return TypedResults.NoContent();
    }

    static async Task<Results<NoContent, NotFound>> PayAsync(int id, OrdersTable table, CancellationToken cancellation) =>
        await table.PayAsync(id, cancellation) ? TypedResults.NoContent() : TypedResults.NotFound();

    // Any page in the same browser can send a request here; only our own has our address as its origin.
    static ValueTask<object?> RefuseOtherOriginsAsync(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        var request = call.HttpContext.Request;
        return request.Headers.Origin == $"{request.Scheme}://{request.Host}"
            ? next(call)
            : ValueTask.FromResult<object?>(TypedResults.StatusCode(StatusCodes.Status403Forbidden));
    }

    static async ValueTask<object?> AnswerWhenDownAsync(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        try
        {
            return await next(call);
        }
        catch (NpgsqlException)
        {
            return TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }
    }
}
