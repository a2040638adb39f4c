using LiveBoard;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

var builder = WebApplication.CreateBuilder(args);
if (builder.Configuration.GetConnectionString("board") is not { } connectionString)
{
    Console.Error.WriteLine("Usage: LiveBoard --ConnectionStrings:board \"Host=localhost;Database=board;Username=me;Password=…\"");
    return 2;
}

// Nobody signs in here: only this machine's browsers are served, under this machine's names.
builder.Configuration["AllowedHosts"] = "localhost;127.0.0.1";
builder.Services.AddDbContextFactory<BoardContext>(options => options.UseNpgsql(connectionString).UseChangeNotifications());
builder.Services.AddPgListener(connectionString);
builder.Services.AddSingleton<Board>();
builder.Services.AddHealthChecks().AddPgListenerCheck();

await using var app = builder.Build();
await using (var db = await app.Services.GetRequiredService<IDbContextFactory<BoardContext>>().CreateDbContextAsync())
    await db.Database.EnsureCreatedAsync(); // your application has migrations
_ = app.Services.GetRequiredService<Board>(); // so that /health knows of a wrong password before the first browser comes
app.MapGet("/", () => TypedResults.PhysicalFile(Path.Combine(AppContext.BaseDirectory, "board.html"), "text/html; charset=utf-8"));
app.MapCards();
app.MapHealthChecks("/health");
await app.RunAsync();
return 0;
