using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Rx.PgNotify.EntityFrameworkCore.Queries;

/// <summary>Turns the declarations in a query into tags before it is compiled.</summary>
sealed class DeclarationRewriter : IQueryExpressionInterceptor
{
    public Expression QueryCompilationStarting(Expression queryExpression, QueryExpressionEventData eventData) =>
        eventData.Context is { } context ? new Visitor(context.Model).Visit(queryExpression) : queryExpression;

    sealed class Visitor(IModel model) : ExpressionVisitor
    {
        protected override Expression VisitMethodCall(MethodCallExpression node) =>
            node.Method.DeclaringType == typeof(ReadsQueryableExtensions) ? Tagged(node) : base.VisitMethodCall(node);

        MethodCallExpression Tagged(MethodCallExpression node)
        {
            var element = node.Method.GetGenericArguments()[0];
            return Expression.Call(
                typeof(EntityFrameworkQueryableExtensions),
                nameof(EntityFrameworkQueryableExtensions.TagWith),
                [element],
                Visit(node.Arguments[0]),
                Expression.Constant(DeclaredReads.Tag(TablesOf(node, element))));
        }

        IReadOnlyCollection<ITable> TablesOf(MethodCallExpression node, Type element)
        {
            var method = node.Method.GetGenericMethodDefinition();
            if (method == ReadsMethods.OfNothingElse)
                return [];
            if (method == ReadsMethods.OfOwnType)
                return ModelTables.Of(model, element);
            if (method == ReadsMethods.OfType)
                return ModelTables.Of(model, Value<Type>(node.Arguments[1])!);
            return [ModelTables.Find(model, Value<string>(node.Arguments[1])!, Value<string?>(node.Arguments[2]))];
        }

        static T Value<T>(Expression argument) => argument switch
        {
            ConstantExpression { Value: var value } => (T)value!,
            UnaryExpression { NodeType: ExpressionType.Convert, Operand: ConstantExpression { Value: var value } } => (T)value!,
            _ => throw new MisuseException($"What Reads declares has to be a constant, and is {argument}."),
        };
    }
}
