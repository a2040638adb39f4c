using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace LiveBoard;

/// <summary>What a browser may ask for. Nothing here notifies the other browsers: the table does.</summary>
static class CardRoutes
{
    internal static void MapCards(this IEndpointRouteBuilder app)
    {
        app.MapGet("/cards/live", (Board board, CancellationToken aborted) => TypedResults.ServerSentEvents(board.FollowAsync(aborted), eventType: "cards"));

        // JSON, so that no form of another site can send it without being asked first.
        app.MapPost("/cards", async (NewCard card, BoardContext db) =>
        {
            if (card.Text.Trim() is not { Length: > 0 and <= 200 } text)
                return Results.BadRequest("1 to 200 characters.");
            db.Cards.Add(new Card { Text = text });
            await db.SaveChangesAsync();
            return Results.NoContent();
        });
        app.MapPut("/cards/{id:int}", async (int id, CardState state, BoardContext db) =>
            await db.Cards.Where(card => card.Id == id).ExecuteUpdateAsync(set => set.SetProperty(card => card.IsDone, state.IsDone)) > 0
                ? Results.NoContent()
                : Results.NotFound());
        app.MapDelete("/cards/{id:int}", async (int id, BoardContext db) =>
            await db.Cards.Where(card => card.Id == id).ExecuteDeleteAsync() > 0 ? Results.NoContent() : Results.NotFound());
    }

    sealed record NewCard(string Text);

    sealed record CardState(bool IsDone);
}
