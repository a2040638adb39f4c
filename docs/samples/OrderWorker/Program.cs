using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using OrderWorker;

var builder = Host.CreateApplicationBuilder(args);
builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
if (builder.Configuration.GetConnectionString("shop") is not { } shop)
{
    Console.Error.WriteLine("Usage: OrderWorker --ConnectionStrings:shop \"Host=localhost;Database=shop;Username=me;Password=…\"");
    return 2;
}

builder.Services.AddSingleton(NpgsqlDataSource.Create(shop));
builder.Services.AddPgListener(builder.Configuration.GetSection("PgListener"));
builder.Services.AddHealthChecks().AddPgListenerCheck();
builder.Services.AddSingleton<OrdersTable>();
builder.Services.AddHostedService<ShippingService>();
await builder.Build().RunAsync();
return 0;
