using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NATS.NKeys;

namespace Rx.PgNotify.Nats.IntegrationTests.Limits;

/// <summary>
/// Who signs the accounts of a NATS server, with one account, which signs its users: what <c>nsc</c> makes, with keys that are drawn here.
/// </summary>
sealed class NatsOperator : IDisposable
{
    const int Unlimited = -1;

    readonly KeyPair _operator = KeyPair.CreatePair(PrefixByte.Operator);
    readonly KeyPair _account = KeyPair.CreatePair(PrefixByte.Account);

    /// <summary>For the configuration of a server that trusts this operator, and knows its account by heart.</summary>
    public string Configuration => $$"""
        operator: "{{Sign(_operator, _operator, new JsonObject { ["type"] = "operator", ["version"] = 2 })}}"
        resolver: MEMORY
        resolver_preload: { {{_account.GetPublicKey()}}: "{{Sign(_operator, _account, Account())}}" }
        """;

    /// <summary>The content of a credentials file: a new user of the account, and its key.</summary>
    public string Credentials()
    {
        using var user = KeyPair.CreatePair(PrefixByte.User);
        return $"""
            -----BEGIN NATS USER JWT-----
            {Sign(_account, user, User())}
            ------END NATS USER JWT------

            -----BEGIN USER NKEY SEED-----
            {user.GetSeed()}
            ------END USER NKEY SEED------

            """;
    }

    public void Dispose()
    {
        _operator.Dispose();
        _account.Dispose();
    }

    static JsonObject Account() => new()
    {
        ["limits"] = new JsonObject
        {
            ["subs"] = Unlimited,
            ["data"] = Unlimited,
            ["payload"] = Unlimited,
            ["imports"] = Unlimited,
            ["exports"] = Unlimited,
            ["wildcards"] = true,
            ["conn"] = Unlimited,
            ["leaf"] = Unlimited,
        },
        ["default_permissions"] = new JsonObject { ["pub"] = new JsonObject(), ["sub"] = new JsonObject() },
        ["type"] = "account",
        ["version"] = 2,
    };

    static JsonObject User() => new()
    {
        ["pub"] = new JsonObject(),
        ["sub"] = new JsonObject(),
        ["subs"] = Unlimited,
        ["data"] = Unlimited,
        ["payload"] = Unlimited,
        ["type"] = "user",
        ["version"] = 2,
    };

    static string Sign(KeyPair issuer, KeyPair subject, JsonObject claims)
    {
        var body = new JsonObject
        {
            ["jti"] = $"{Guid.NewGuid():N}",
            ["iat"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            ["iss"] = issuer.GetPublicKey(),
            ["name"] = "test",
            ["sub"] = subject.GetPublicKey(),
            ["nats"] = claims,
        };
        var text = $"{Encode(new JsonObject { ["typ"] = "JWT", ["alg"] = "ed25519-nkey" })}.{Encode(body)}";
        var signature = new byte[64];
        issuer.Sign(Encoding.ASCII.GetBytes(text), signature);
        return $"{text}.{Base64Url.EncodeToString(signature)}";
    }

    static string Encode(JsonObject json) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(json));
}
