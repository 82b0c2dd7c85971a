package dev.adit.platform;

import dev.adit.interrupts.IsolationLevel;

/** What a rule does when it fires. Of the first three kinds, the first rule that fires counts. */
public sealed interface Effect {
  /** Says what the machine is. */
  record Classify(Platform platform) implements Effect {
    @Override
    public String toString() {
      return "platform: " + platform.title();
    }
  }

  /** Says how well interrupts are isolated. */
  record Isolate(IsolationLevel level) implements Effect {
    @Override
    public String toString() {
      return "isolation level " + level.number();
    }
  }

  /** Says what may be used. */
  record Decide(Outcome outcome) implements Effect {
    @Override
    public String toString() {
      return "use " + (outcome == Outcome.DENY ? "nothing" : outcome.title());
    }
  }

  /** Something the user must see beside the outcome. */
  record Caveat() implements Effect {
    @Override
    public String toString() {
      return "caveat";
    }
  }

  /** The user asked for what cannot be given, and is told so loudly. */
  record Complain() implements Effect {
    @Override
    public String toString() {
      return "complain";
    }
  }

  /** Something worth knowing. */
  record Note() implements Effect {
    @Override
    public String toString() {
      return "note";
    }
  }

  /** Explains what the user sees. */
  record Cause() implements Effect {
    @Override
    public String toString() {
      return "cause";
    }
  }
}
