"""Tokens to a tree, by recursive descent."""

from __future__ import annotations

from datetime import date, datetime

from sfsam.emulator.errors import SalesforceError
from sfsam.emulator.soql.dates import DATE_FUNCTIONS, DATE_WORDS, DATE_WORDS_WITH_NUMBER
from sfsam.emulator.soql.faults import malformed, unexpected
from sfsam.emulator.soql.lexer import Token, tokens, unquoted
from sfsam.emulator.soql.tree import (
    AllFields,
    Call,
    Combination,
    Comparison,
    Condition,
    Negation,
    Order,
    Path,
    Query,
    Selected,
    Value,
)

AGGREGATES = frozenset({"COUNT", "COUNT_DISTINCT", "MIN", "MAX", "SUM", "AVG"})
MAX_LENGTH = 100_000
MAX_OFFSET = 2_000
_CLAUSES = frozenset({"FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "ASC", "DESC", "NULLS"})
_RESERVED = _CLAUSES | {"AND", "OR", "NOT", "IN", "LIKE", "SELECT", "USING", "FOR", "WITH", "ALL", "UPDATE", "TYPEOF"}
_COMPARISONS = frozenset({"=", "!=", "<>", "<", "<=", ">", ">="})


def parse(soql: str) -> Query:
    """The tree of a query. Raises MALFORMED_QUERY, NUMBER_OUTSIDE_VALID_RANGE."""
    if len(soql) > MAX_LENGTH:
        raise malformed("SOQL statements cannot be longer than 100,000 characters.")
    parser = _Parser(tokens(soql))
    query = parser.query()
    parser.expect_end()
    return query


class _Parser:
    def __init__(self, items: list[Token]) -> None:
        self._items = items
        self._at = 0

    # -- tokens

    @property
    def _next(self) -> Token:
        return self._items[self._at]

    def _peek(self, ahead: int) -> Token:
        return self._items[min(self._at + ahead, len(self._items) - 1)]

    def _take(self) -> Token:
        token = self._next
        self._at += 1
        return token

    def _accept(self, *words: str) -> bool:
        """Step over the words when they come next, all of them."""
        if any(self._peek(i).word != word or self._peek(i).kind == "string" for i, word in enumerate(words)):
            return False
        self._at += len(words)
        return True

    def _expect(self, *words: str) -> None:
        for word in words:
            if not self._accept(word):
                raise unexpected(self._next.text)

    def expect_end(self) -> None:
        """Nothing may follow a query."""
        if self._next.kind != "end":
            raise unexpected(self._next.text)

    def _name(self) -> Token:
        if self._next.kind != "name" or self._next.word in _RESERVED:
            raise unexpected(self._next.text)
        return self._take()

    def _whole_number(self) -> int:
        if self._next.kind != "number" or not self._next.text.isdigit():
            raise unexpected(self._next.text)
        return int(self._take().text)

    # -- clauses

    def query(self) -> Query:
        """SELECT … FROM … and the clauses, in the order SOQL asks for."""
        position = self._next.position
        self._expect("SELECT")
        select = [self._selected()]
        while self._accept(","):
            select.append(self._selected())
        self._expect("FROM")
        target = self._path()
        alias = self._name().text if self._next.kind == "name" and self._next.word not in _RESERVED else None
        self._scope()
        where = self._condition() if self._accept("WHERE") else None
        self._mode()
        group_by = self._group_by() if self._accept("GROUP", "BY") else ()
        having = self._condition() if group_by and self._accept("HAVING") else None
        order_by = self._order_by() if self._accept("ORDER", "BY") else ()
        limit = self._whole_number() if self._accept("LIMIT") else None
        offset = self._offset() if self._accept("OFFSET") else None
        self._purpose()
        return Query(tuple(select), target, alias, where, group_by, having, order_by, limit, offset, position)

    def _scope(self) -> None:
        """USING SCOPE everything, the only scope that the describes of this org list."""
        if self._accept("USING"):
            self._expect("SCOPE", "EVERYTHING")

    def _mode(self) -> None:
        """WITH SECURITY_ENFORCED, USER_MODE or SYSTEM_MODE: the caller's permissions always hold here."""
        if self._accept("WITH") and not any(map(self._accept, ("SECURITY_ENFORCED", "USER_MODE", "SYSTEM_MODE"))):
            raise unexpected(self._next.text)

    def _purpose(self) -> None:
        """FOR VIEW and FOR REFERENCE, which change only what the caller viewed last."""
        if self._accept("FOR") and not any(map(self._accept, ("VIEW", "REFERENCE"))):
            raise unexpected(self._next.text)

    def _selected(self) -> Selected:
        if self._accept("("):
            inner = self.query()
            self._expect(")")
            return Selected(inner)
        item: Path | Call | AllFields = self._operand(in_select=True)
        return Selected(item, self._alias())

    def _alias(self) -> str | None:
        if self._next.kind != "name" or self._next.word in _RESERVED:
            return None
        if self._peek(1).word not in (",", "FROM"):
            raise unexpected(self._next.text)
        return self._take().text

    def _group_by(self) -> tuple[Path | Call, ...]:
        fields = [self._plain_operand()]
        while self._accept(","):
            fields.append(self._plain_operand())
        return tuple(fields)

    def _order_by(self) -> tuple[Order, ...]:
        orders = [self._order()]
        while self._accept(","):
            orders.append(self._order())
        return tuple(orders)

    def _order(self) -> Order:
        operand = self._plain_operand()
        descending = self._accept("DESC")
        if not descending:
            self._accept("ASC")
        nulls_last = False
        if self._accept("NULLS"):
            nulls_last = self._accept("LAST")
            if not nulls_last:
                self._expect("FIRST")
        return Order(operand, descending, nulls_last)

    def _offset(self) -> int:
        value = self._whole_number()
        if value > MAX_OFFSET:
            message = f"Maximum SOQL offset allowed is {MAX_OFFSET}"
            raise SalesforceError(400, "NUMBER_OUTSIDE_VALID_RANGE", message)
        return value

    # -- operands

    def _path(self) -> Path:
        first = self._name()
        names = [first.text]
        while self._accept("."):
            names.append(self._name().text)
        return Path(tuple(names), first.position)

    def _plain_operand(self) -> Path | Call:
        operand = self._operand(in_select=False)
        if isinstance(operand, AllFields):
            raise unexpected("FIELDS")
        return operand

    def _operand(self, *, in_select: bool) -> Path | Call | AllFields:
        token = self._next
        if token.kind != "name" or self._peek(1).text != "(":
            return self._path()
        if token.word == "FIELDS" and in_select:
            return self._all_fields()
        if token.word not in AGGREGATES | DATE_FUNCTIONS:
            raise unexpected("(")
        self._at += 2
        if token.word == "COUNT" and self._accept(")"):
            return Call("COUNT", None, token.position)
        path = self._path()
        self._expect(")")
        return Call(token.word, path, token.position)

    def _all_fields(self) -> AllFields:
        token = self._take()
        self._expect("(")
        which = self._take()
        if which.word not in ("ALL", "STANDARD", "CUSTOM"):
            raise unexpected(which.text)
        self._expect(")")
        return AllFields(which.word, token.position)

    # -- conditions

    def _condition(self) -> Condition:
        """Conditions joined by one word; AND and OR mix only with parentheses, as in SOQL."""
        parts = [self._unary()]
        word = self._next.word
        if word not in ("AND", "OR"):
            return parts[0]
        while self._accept(word):
            parts.append(self._unary())
        if self._next.word in ("AND", "OR"):
            raise unexpected(self._next.text)
        return Combination(word, tuple(parts))

    def _unary(self) -> Condition:
        if self._accept("NOT"):
            return Negation(self._unary())
        if self._accept("("):
            inner = self._condition()
            self._expect(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Comparison:
        operand = self._plain_operand()
        token = self._take()
        if token.word == "NOT":
            self._expect("IN")
            return Comparison(operand, "NOT IN", self._members(), token.position)
        if token.word == "IN":
            return Comparison(operand, "IN", self._members(), token.position)
        if token.word != "LIKE" and not (token.kind == "mark" and token.text in _COMPARISONS):
            raise unexpected(token.text)
        operator = "!=" if token.text == "<>" else token.word
        return Comparison(operand, operator, self._value(), token.position)

    def _members(self) -> tuple[Value, ...] | Query:
        self._expect("(")
        if self._next.word == "SELECT" and self._next.kind == "name":
            query = self.query()
            self._expect(")")
            return query
        values = [self._value()]
        while self._accept(","):
            values.append(self._value())
        self._expect(")")
        return tuple(values)

    def _value(self) -> Value:
        token = self._take()
        if token.kind == "string":
            return Value("string", unquoted(token), token.position)
        if token.kind == "number":
            text = token.text
            return Value("number", float(text) if "." in text else int(text), token.position)
        if token.kind in ("date", "datetime"):
            return self._moment(token)
        if token.word in ("TRUE", "FALSE"):
            return Value("boolean", token.word == "TRUE", token.position)
        if token.word == "NULL":
            return Value("null", None, token.position)
        return self._range(token)

    @staticmethod
    def _moment(token: Token) -> Value:
        try:
            if token.kind == "date":
                return Value("date", date.fromisoformat(token.text), token.position)
            return Value("datetime", datetime.fromisoformat(token.text.upper()), token.position)
        except ValueError as error:
            raise unexpected(token.text) from error

    def _range(self, token: Token) -> Value:
        if token.word in DATE_WORDS:
            return Value("range", token.word, token.position)
        if token.word in DATE_WORDS_WITH_NUMBER:
            self._expect(":")
            return Value("range", token.word, token.position, self._whole_number())
        raise unexpected(token.text)
