package dialogue

import "time"

// Kind is the kind of an input.
type Kind string

// A text from the resident, an event from outside, or the passing of time.
const (
	Text  Kind = "text"
	Event Kind = "event"
	Tick  Kind = "tick"
)

// Input is one thing that happens to a conversation. ID must be unique for
// it and the same when it is given again: all ids of effects derive from it.
type Input struct {
	ID   string
	Kind Kind
	// Text is what was written, or the name of the event.
	Text string
	// At is when the resident's message was received; zero means now.
	At time.Time
	// Media counts pictures and files that came with a text.
	Media int
}

// Vars is what a flow needs to know of its process: names and values for the
// texts and the waits, and the process's own questions in the conversation's
// language.
type Vars struct {
	Values    map[string]string
	Questions []Question
	// Answers are the process's approved answers to common questions.
	Answers []Approved
}

// Question is one of the process's own questions, answered by digits. Digit 0
// is always "rather not say".
type Question struct {
	Key     string
	Text    string
	Options []Choice
}

// Choice is one numbered answer to a Question.
type Choice struct {
	Key   string
	Label string
}

// Approved is a question people ask and the answer the organiser approved.
type Approved struct {
	ID       string
	Question string   // as approved, in the conversation's language
	Words    []string // each entry: words that, all of them, ask it too
	Answer   string
}

// Env is what surrounds a step.
type Env struct {
	Flow *Flow
	Vars Vars
	Now  time.Time
	// Langs are the languages of the process besides the conversation's own
	// and English.
	Langs []string
	// Place says what a postcode answers, by the keys of the process's
	// questions; "" is a question that it leaves open. The postcode is empty
	// for who would rather not say. nil: postcodes answer nothing.
	Place func(postcode string) map[string]string
}

// Out is what a step asks of its caller. Say is nil when nothing is said.
type Out struct {
	Say     *Say
	Effects []Effect
	Entry   Entry
}

// Say is one message to the resident, its parts rendered and joined by a
// space. Legal messages go out even to a number that has opted out.
type Say struct {
	ID    string `json:"id"`
	Lang  string `json:"lang"`
	Parts []Part `json:"parts"`
	Legal bool   `json:"legal,omitempty"`
	// Reply tells an answer to the resident's own text from a message begun
	// by us: answers go before bulk and are exempt from quiet hours.
	Reply bool `json:"reply"`
}

// Part names a text and the values that are its own.
type Part struct {
	Key  string            `json:"key"`
	Data map[string]string `json:"data,omitempty"`
}

// Effect is a command for the caller to execute once, by ID.
type Effect struct {
	ID     string            `json:"id"`
	Name   string            `json:"name"`
	Fields map[string]string `json:"fields,omitempty"`
}

// The effects the engine itself asks for. Flows add their own names.
const (
	DoOptOut       = "opt_out"        // input
	DoOptIn        = "opt_in"         // input
	DoHandOver     = "hand_to_person" // reason, priority (urgent, normal, low), input
	DoUndo         = "undo"           // of (input id whose effects are taken back), question
	DoLanguage     = "language"       // lang
	DoAnswer       = "answer"         // question, value
	DoWithdraw     = "withdraw"       // input
	DoEraseRequest = "erase_request"  // input
	DoWrongNumber  = "wrong_number"   // input
)

// Entry is the line of the transcript that says how an input was read.
type Entry struct {
	At       time.Time `json:"at"`
	Input    string    `json:"input"`
	Kind     Kind      `json:"kind"`
	Node     string    `json:"node"`
	Question string    `json:"question,omitempty"`
	Intent   Intent    `json:"intent,omitempty"`
	Value    string    `json:"value,omitempty"`
	Rule     string    `json:"rule"`
	Class    Class     `json:"class,omitempty"`
	Result   Result    `json:"result"`
}

// Result says what came of an input.
type Result string

// The results of an input.
const (
	Answered  Result = "answered"  // the open question was answered
	Handled   Result = "handled"   // a keyword, event or tick was dealt with
	Clarified Result = "clarified" // asked again
	Handed    Result = "handed"    // given to a person
	ByState   Result = "by_state"  // a late or repeated reply, answered by state
	Ignored   Result = "ignored"   // nothing changed, on purpose
)
