//! One question of a form, as a builder. How it looks is in `control` and `choice`.

use super::text::element_id;
use maud::Markup;

/// How wide a control is, which tells the reader how much is expected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Width {
    /// Up to about four digits.
    Tiny,
    /// A postal code or a telephone number.
    Short,
    #[default]
    Normal,
    Full,
}

#[derive(Clone, Debug)]
pub(super) enum Control {
    Input(&'static str),
    Textarea(u16),
    Select,
    Radios,
    Checkbox,
    Checkboxes,
    DateParts,
    File,
    Hidden,
    Custom(Markup),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    Required,
    Optional,
    Unmarked,
}

/// One possible answer.
#[derive(Clone, Debug)]
pub struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) hint: Option<String>,
    pub(super) disabled: bool,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), hint: None, disabled: false }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub fn disabled(mut self, disabled: bool) -> Self {
        self.disabled = disabled;
        self
    }
}

/// One question: its label, its control, what was typed, and what was wrong with it.
#[derive(Clone, Debug)]
pub struct Field {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) control: Control,
    pub(super) need: Option<Need>,
    pub(super) hint: Option<String>,
    pub(super) error: Option<String>,
    pub(super) values: Vec<String>,
    pub(super) choices: Vec<Choice>,
    pub(super) width: Width,
    pub(super) autocomplete: Option<String>,
    pub(super) inputmode: Option<&'static str>,
    pub(super) prefix: Option<String>,
    pub(super) suffix: Option<String>,
    pub(super) chars_max: Option<usize>,
    pub(super) attributes: Vec<(&'static str, String)>,
    pub(super) id: String,
    pub(super) disabled: bool,
    pub(super) many: bool,
}

impl Field {
    fn new(name: impl Into<String>, label: impl Into<String>, control: Control) -> Self {
        let name = name.into();
        Self {
            id: element_id("f", &name),
            name,
            label: label.into(),
            control,
            need: None,
            hint: None,
            error: None,
            values: Vec::new(),
            choices: Vec::new(),
            width: Width::Normal,
            autocomplete: None,
            inputmode: None,
            prefix: None,
            suffix: None,
            chars_max: None,
            attributes: Vec::new(),
            disabled: false,
            many: false,
        }
    }

    pub fn text(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Control::Input("text"))
    }

    pub fn email(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Control::Input("email")).autocomplete("email")
    }

    pub fn tel(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Control::Input("tel")).autocomplete("tel").width(Width::Short)
    }

    /// Digits typed into a text box: `type=number` changes values on scroll and refuses full-width digits.
    pub fn number(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Control::Input("text")).inputmode("numeric").width(Width::Short)
    }

    pub fn password(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Control::Input("password")).autocomplete("current-password")
    }

    pub fn search(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Control::Input("search"))
    }

    pub fn textarea(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Control::Textarea(5)).width(Width::Full)
    }

    pub fn select(
        name: impl Into<String>,
        label: impl Into<String>,
        choices: impl IntoIterator<Item = Choice>,
    ) -> Self {
        Self::new(name, label, Control::Select).choices(choices)
    }

    pub fn radios(
        name: impl Into<String>,
        label: impl Into<String>,
        choices: impl IntoIterator<Item = Choice>,
    ) -> Self {
        Self::new(name, label, Control::Radios).choices(choices)
    }

    /// A single box to tick, such as an agreement. It sends `value` when ticked.
    pub fn checkbox(name: impl Into<String>, label: impl Into<String>, value: impl Into<String>) -> Self {
        let label = label.into();
        Self::new(name, label.clone(), Control::Checkbox).choices([Choice::new(value, label)])
    }

    pub fn checkboxes(
        name: impl Into<String>,
        label: impl Into<String>,
        choices: impl IntoIterator<Item = Choice>,
    ) -> Self {
        Self::new(name, label, Control::Checkboxes).choices(choices)
    }

    /// The browser's own date picker, for dates near today.
    pub fn date(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Control::Input("date")).width(Width::Short)
    }

    pub fn time(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Control::Input("time")).width(Width::Short)
    }

    /// Day and time, for when something begins or is published.
    pub fn datetime(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Control::Input("datetime-local")).width(Width::Short)
    }

    /// Year, month and day in three boxes named `<name>_year`, `<name>_month`, `<name>_day`, for dates that people know by heart.
    pub fn date_parts(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Control::DateParts)
    }

    pub fn file(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, Control::File)
    }

    pub fn hidden(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::new(name, "", Control::Hidden).value(value)
    }

    /// Anything else in the flow of a form: a paragraph, a table, a map.
    pub fn markup(markup: Markup) -> Self {
        Self::new("", "", Control::Custom(markup))
    }

    pub fn required(mut self) -> Self {
        self.need = Some(Need::Required);
        self
    }

    pub fn optional(mut self) -> Self {
        self.need = Some(Need::Optional);
        self
    }

    /// Shows neither 必須 nor 任意, for filters and settings.
    pub fn unmarked(mut self) -> Self {
        self.need = Some(Need::Unmarked);
        self
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub fn error(mut self, error: impl Into<String>) -> Self {
        self.error = Some(error.into());
        self
    }

    pub fn error_if(mut self, error: Option<impl Into<String>>) -> Self {
        self.error = error.map(Into::into);
        self
    }

    /// What was typed or chosen before. A date in three boxes takes `YYYY-MM-DD` here, or see [`Field::parts`].
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.values = vec![value.into()];
        self
    }

    pub fn values(mut self, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.values = values.into_iter().map(Into::into).collect();
        self
    }

    /// Year, month and day as they were typed, right or wrong.
    pub fn parts(self, year: impl Into<String>, month: impl Into<String>, day: impl Into<String>) -> Self {
        self.values([year.into(), month.into(), day.into()])
    }

    pub fn choices(mut self, choices: impl IntoIterator<Item = Choice>) -> Self {
        self.choices = choices.into_iter().collect();
        self
    }

    pub fn width(mut self, width: Width) -> Self {
        self.width = width;
        self
    }

    pub fn rows(mut self, rows: u16) -> Self {
        self.control = Control::Textarea(rows);
        self
    }

    /// A limit that is counted while typing. Typing past it is possible and explained, not silently cut off.
    pub fn chars_max(mut self, chars_max: usize) -> Self {
        self.chars_max = Some(chars_max);
        self
    }

    /// The purpose of the field for browsers that fill it in (WCAG 1.3.5). For three date boxes: `bday`.
    pub fn autocomplete(mut self, purpose: impl Into<String>) -> Self {
        self.autocomplete = Some(purpose.into());
        self
    }

    pub fn inputmode(mut self, mode: &'static str) -> Self {
        self.inputmode = Some(mode);
        self
    }

    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    pub fn suffix(mut self, suffix: impl Into<String>) -> Self {
        self.suffix = Some(suffix.into());
        self
    }

    /// Which files may be chosen, as in `image/*,.pdf`.
    pub fn accept(self, types: impl Into<String>) -> Self {
        self.attribute("accept", types)
    }

    /// Several files, or several addresses.
    pub fn many(mut self) -> Self {
        self.many = true;
        self
    }

    pub fn min(self, min: impl Into<String>) -> Self {
        self.attribute("min", min)
    }

    pub fn max(self, max: impl Into<String>) -> Self {
        self.attribute("max", max)
    }

    fn attribute(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    pub fn disabled(mut self, disabled: bool) -> Self {
        self.disabled = disabled;
        self
    }

    /// Another id, where two forms on one page share a field name.
    pub fn id(mut self, id: impl AsRef<str>) -> Self {
        self.id = element_id("f", id.as_ref());
        self
    }

    pub(super) fn first_value(&self) -> &str {
        self.values.first().map_or("", String::as_str)
    }

    pub(super) fn has(&self, value: &str) -> bool {
        self.values.iter().any(|v| v == value)
    }

    pub(super) fn attribute_value(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str())
    }

    /// The element a link in the error summary leads to: the first thing that can be typed into or ticked.
    pub(super) fn focus_id(&self) -> String {
        match self.control {
            Control::Radios | Control::Checkboxes => format!("{}-1", self.id),
            Control::DateParts => format!("{}-year", self.id),
            _ => self.id.clone(),
        }
    }
}
