//! The types of a condition: what it names must be there, what it compares must be alike, and the whole must be
//! true or false.

use super::Wrong;
use cel::Program;
use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, IdedExpr, LiteralValue, SelectExpr, SourceInfo, operators};
use eaid_adapters::near::{hint, hint_or_all};
use eaid_schemas::envelope::Header;
use eaid_schemas::record::{Record, Shape, Spec};

/// A type of the language, as far as conditions have it.
#[derive(Clone)]
enum Type {
    Text,
    Number,
    Whole,
    Flag,
    Record(&'static Spec),
    /// A list of the wire: an object with the one property that its element is called.
    Wrapped(&'static Spec),
    List(Box<Type>),
    /// Whatever the sender put there.
    Open,
    /// Something was found wrong there already.
    Unknown,
}

impl Type {
    fn of(shape: Shape) -> Type {
        match shape {
            Shape::Text { .. } | Shape::Moment | Shape::Clock | Shape::Choice(_) => Type::Text,
            Shape::Amount { .. } => Type::Number,
            Shape::Count { .. } => Type::Whole,
            Shape::Flag => Type::Flag,
            Shape::Anything => Type::Open,
            Shape::Record(spec) => Type::Record(spec()),
            Shape::List(spec) if spec().name.is_empty() => Type::List(Box::new(Type::Record(spec()))),
            Shape::List(spec) => Type::Wrapped(spec()),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Type::Text => "a text",
            Type::Number => "a number with decimals",
            Type::Whole => "a whole number",
            Type::Flag => "true or false",
            Type::Record(_) | Type::Wrapped(_) => "a group of tags",
            Type::List(_) => "a list",
            Type::Open => "of no declared type",
            Type::Unknown => "unknown",
        }
    }

    fn is_unknown(&self) -> bool {
        matches!(self, Type::Unknown)
    }

    fn is_number(&self) -> bool {
        matches!(self, Type::Number | Type::Whole | Type::Unknown)
    }

    fn is_like(&self, other: &Type) -> bool {
        match (self, other) {
            (Type::Unknown, _) | (_, Type::Unknown) => true,
            (Type::Text, Type::Text) | (Type::Flag, Type::Flag) => true,
            (Type::List(one), Type::List(other)) => one.is_like(other),
            (Type::Record(one), Type::Record(other)) => std::ptr::eq(*one, *other),
            _ => self.is_number() && other.is_number(),
        }
    }
}

/// A field that a condition names, as `content.Status`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path(Vec<String>);

impl Path {
    /// The field with what it holds in a message.
    pub fn told(&self, message: &serde_json::Value) -> String {
        let mut steps = self.0.iter();
        let root = match steps.next().map(String::as_str) {
            Some("header") => message.get("Header"),
            _ => message.get("Content"),
        };
        let held = steps.fold(root, |at, step| at.and_then(|record| record.get(step)));
        format!("{} = {}", self.0.join("."), held.map_or_else(|| "\"\"".to_owned(), ToString::to_string))
    }
}

/// Checks a condition on messages of a content; gives the plain fields that it names, but for personal data.
pub(super) fn check(text: &str, program: &Program, content: &'static Spec) -> Result<Vec<Path>, Vec<Wrong>> {
    let mut check = Check {
        text,
        places: program.source_info(),
        scope: vec![("header", Type::Record(Header::spec())), ("content", Type::Record(content))],
        wrong: Vec::new(),
        named: Vec::new(),
    };
    let root = program.expression();
    let result = check.infer(root);
    if !matches!(result, Type::Flag | Type::Unknown) {
        let reason = format!("it gives {}; a condition gives true or false, as `content.X == \"Y\"`", result.name());
        check.note(root, reason);
    }
    if check.wrong.is_empty() { Ok(check.named) } else { Err(check.wrong) }
}

struct Check<'c> {
    text: &'c str,
    places: &'c SourceInfo,
    /// Names and their types, the innermost last.
    scope: Vec<(&'c str, Type)>,
    wrong: Vec<Wrong>,
    named: Vec<Path>,
}

impl<'c> Check<'c> {
    fn note(&mut self, at: &IdedExpr, reason: String) -> Type {
        let offset = self.places.offset_for(at.id).map_or(0, |(start, _)| start as usize);
        let line = self.text.chars().take(offset).filter(|c| *c == '\n').count();
        let wrong = Wrong { line, reason };
        if !self.wrong.contains(&wrong) {
            self.wrong.push(wrong);
        }
        Type::Unknown
    }

    fn infer(&mut self, at: &'c IdedExpr) -> Type {
        match &at.expr {
            Expr::Literal(literal) => self.literal(at, literal),
            Expr::Ident(name) => self.name(at, name),
            Expr::Select(select) => self.select(at, select),
            Expr::Call(call) => self.call(at, call),
            Expr::Comprehension(comprehension) => self.comprehension(at, comprehension),
            Expr::List(list) => {
                let types: Vec<Type> = list.elements.iter().map(|element| self.infer(element)).collect();
                let first = types.first().cloned().unwrap_or(Type::Unknown);
                if types.iter().any(|other| !first.is_like(other)) {
                    return self.note(at, "the members of a list must be of one type".to_owned());
                }
                Type::List(Box::new(first))
            }
            Expr::Map(_) | Expr::Struct(_) | Expr::Unspecified => {
                self.note(at, "a condition has no use for maps and structures".to_owned())
            }
        }
    }

    fn literal(&mut self, at: &IdedExpr, literal: &LiteralValue) -> Type {
        match literal {
            LiteralValue::Boolean(_) => Type::Flag,
            LiteralValue::Int(_) | LiteralValue::UInt(_) => Type::Whole,
            LiteralValue::Double(_) => Type::Number,
            LiteralValue::String(_) => Type::Text,
            LiteralValue::Null => {
                self.note(at, "nothing is null here: an absent tag is empty, as \"\", 0 or false".to_owned())
            }
            LiteralValue::Bytes(_) => self.note(at, "write texts without b in front".to_owned()),
        }
    }

    fn name(&mut self, at: &IdedExpr, name: &str) -> Type {
        if let Some((_, found)) = self.scope.iter().rev().find(|(known, _)| *known == name) {
            return found.clone();
        }
        let field = |spec: &'static Spec| spec.fields.iter().find(|field| field.tag.eq_ignore_ascii_case(name));
        let advice = self.scope.iter().take(2).rev().find_map(|(root, kind)| match kind {
            Type::Record(spec) => field(spec).map(|field| format!("; did you mean `{root}.{}`?", field.tag)),
            _ => None,
        });
        let names: Vec<&str> =
            self.scope.iter().map(|(known, _)| *known).filter(|name| !name.starts_with('@')).collect();
        let advice = advice.unwrap_or_else(|| hint_or_all(name, &names));
        self.note(at, format!("there is no `{name}`{advice}"))
    }

    fn select(&mut self, at: &'c IdedExpr, select: &'c SelectExpr) -> Type {
        let operand = self.infer(&select.operand);
        let name = select.field.as_str();
        let found = match operand {
            Type::Unknown => return Type::Unknown,
            Type::Record(spec) => match spec.fields.iter().find(|field| field.tag == name) {
                Some(field) => {
                    let kind = Type::of(field.shape);
                    let is_plain = matches!(kind, Type::Text | Type::Number | Type::Whole | Type::Flag);
                    if let Some(path) = self.path(at).filter(|_| is_plain && !field.is_personal)
                        && !self.named.contains(&path)
                    {
                        self.named.push(path);
                    }
                    kind
                }
                None => {
                    let tags: Vec<&str> = spec.fields.iter().map(|field| field.tag).collect();
                    self.note(at, format!("{} has no `{name}`{}", spec.name, hint(name, &tags)))
                }
            },
            Type::Wrapped(spec) if spec.name == name => Type::List(Box::new(Type::Record(spec))),
            Type::Wrapped(spec) => {
                let advice = format!("its members are `.{}`", spec.name);
                self.note(at, format!("a list has no `{name}`; {advice}"))
            }
            Type::List(_) => self.note(at, format!("a list has no `{name}`; write .exists(x, x.{name} == …)")),
            other => self.note(at, format!("{} has no `{name}`", other.name())),
        };
        if select.test && !found.is_unknown() {
            return self.note(at, "has() is always true: an absent tag is empty; compare it with \"\"".to_owned());
        }
        found
    }

    /// The path that an expression spells, where it begins at header or content.
    fn path(&self, at: &IdedExpr) -> Option<Path> {
        match &at.expr {
            Expr::Ident(name) if matches!(name.as_str(), "header" | "content") => Some(Path(vec![name.clone()])),
            Expr::Select(select) if !select.test => {
                let mut path = self.path(&select.operand)?;
                path.0.push(select.field.clone());
                Some(path)
            }
            _ => None,
        }
    }

    fn call(&mut self, at: &'c IdedExpr, call: &'c CallExpr) -> Type {
        let target = call.target.iter().map(|target| &**target);
        let parts: Vec<&'c IdedExpr> = target.chain(&call.args).collect();
        let types: Vec<Type> = parts.iter().map(|part| self.infer(part)).collect();
        if call.func_name == operators::NOT_STRICTLY_FALSE {
            return Type::Flag;
        }
        if types.iter().any(Type::is_unknown) {
            return Type::Unknown;
        }
        match (call.func_name.as_str(), &types[..]) {
            (operators::LOGICAL_AND | operators::LOGICAL_OR | operators::LOGICAL_NOT, all) => {
                if let Some(other) = all.iter().find(|kind| !matches!(kind, Type::Flag)) {
                    return self.note(at, format!("&&, || and ! join what is true or false, not {}", other.name()));
                }
                Type::Flag
            }
            (
                operators::EQUALS
                | operators::NOT_EQUALS
                | operators::LESS
                | operators::LESS_EQUALS
                | operators::GREATER
                | operators::GREATER_EQUALS,
                [one, other],
            ) => {
                if one.is_like(other) {
                    return Type::Flag;
                }
                let advice = match (one, other) {
                    (Type::Text, number) | (number, Type::Text) if number.is_number() => {
                        "; write double(…) around the text, or the number in quotes"
                    }
                    _ => "",
                };
                self.note(at, format!("{} is compared with {}{advice}", one.name(), other.name()))
            }
            (operators::ADD, [Type::Text, Type::Text]) => Type::Text,
            // As `map` and `filter` are expanded: an empty list has members of no type yet.
            (operators::ADD, [one @ Type::List(_), other @ Type::List(_)]) if one.is_like(other) => other.clone(),
            (
                operators::ADD | operators::SUBSTRACT | operators::MULTIPLY | operators::DIVIDE | operators::MODULO,
                [one, other],
            ) if one.is_number() && other.is_number() => match (one, other) {
                (Type::Whole, Type::Whole) => Type::Whole,
                (Type::Number, Type::Number) => Type::Number,
                _ => self.note(at, "whole numbers and decimals do not mix: write 2.0, or double(…)".to_owned()),
            },
            (operators::NEGATE, [one]) if one.is_number() => one.clone(),
            (operators::CONDITIONAL, [Type::Flag, one, other]) if one.is_like(other) => one.clone(),
            (operators::IN, [one, Type::List(member)]) if one.is_like(member) => Type::Flag,
            (operators::INDEX, [Type::List(member), Type::Whole]) => (**member).clone(),
            ("size", [Type::Text | Type::List(_)]) => Type::Whole,
            ("double", [Type::Text | Type::Number | Type::Whole]) => Type::Number,
            ("int", [Type::Text | Type::Number | Type::Whole]) => Type::Whole,
            ("string", [Type::Text | Type::Number | Type::Whole]) => Type::Text,
            ("startsWith" | "endsWith" | "contains", [Type::Text, Type::Text]) => Type::Flag,
            (name, all) => {
                let known = ["size", "double", "int", "string", "startsWith", "endsWith", "contains"];
                let of: Vec<&str> = all.iter().map(Type::name).collect();
                let reason = match name.chars().all(char::is_alphanumeric) {
                    true if !known.contains(&name) => {
                        format!("there is no function `{name}`{}", hint_or_all(name, &known))
                    }
                    true => format!("`{name}` does not take {}", of.join(" and ")),
                    false => format!("`{}` does not take {}", name.replace('_', ""), of.join(" and ")),
                };
                self.note(at, reason)
            }
        }
    }

    /// `all`, `exists`, `exists_one`, `map` and `filter`, as they are expanded.
    fn comprehension(&mut self, at: &'c IdedExpr, of: &'c ComprehensionExpr) -> Type {
        let member = match self.infer(&of.iter_range) {
            Type::List(member) => *member,
            Type::Unknown => Type::Unknown,
            Type::Wrapped(spec) => self.note(at, format!("this is not the list itself; write .{} after it", spec.name)),
            other => self.note(at, format!("{} has no members to go through", other.name())),
        };
        let depth = self.scope.len();
        self.scope.push((&of.iter_var, member));
        let begin = self.infer(&of.accu_init);
        self.scope.push((&of.accu_var, begin));
        self.infer(&of.loop_cond);
        let step = self.infer(&of.loop_step);
        if let Some(last) = self.scope.last_mut() {
            last.1 = step;
        }
        let result = self.infer(&of.result);
        self.scope.truncate(depth);
        result
    }
}
