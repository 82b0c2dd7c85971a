package dev.adit.cli.boot;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a guest told over one or several boots. */
public final class GuestRun {
  private static final Pattern PAIR = Pattern.compile("([a-z_]+)=(\\S+)");

  /** One boot. */
  static final class Boot {
    private final String release;
    private final List<GuestMessage.Step> steps = new ArrayList<>();
    private final List<GuestMessage.Fact> facts = new ArrayList<>();
    private boolean ended;

    private Boot(String release) {
      this.release = release;
    }

    /** {@return the kernel} */
    String release() {
      return release;
    }

    /** {@return the steps in order} */
    List<GuestMessage.Step> steps() {
      return steps;
    }

    /** {@return what one thread of dmatest did, for all of them} */
    List<Transfer> transfers() {
      return facts("dmatest")
          .map(
              fact ->
                  new Transfer(
                      fact.split(" ", 2)[0],
                      number(fact, "tests"),
                      number(fact, "failures"),
                      decimal(fact, "per_second"),
                      number(fact, "kib_per_second")))
          .toList();
    }

    /** {@return the function's interrupts as the guest counted them, by vector} */
    List<Interrupt> interrupts() {
      return facts("interrupt")
          .map(
              fact ->
                  new Interrupt(
                      number(fact, "vector"),
                      number(fact, "count"),
                      value(fact, "chip"),
                      value(fact, "name")))
          .toList();
    }

    /** {@return what the guest remarked} */
    List<String> notes() {
      return facts("note").toList();
    }

    /** {@return a counter that was told as fact {@code stat NAME=VALUE}, -1 if it was not} */
    long stat(String name) {
      return facts("stat")
          .filter(fact -> fact.startsWith(name + "="))
          .mapToLong(fact -> number(fact, name))
          .reduce(-1, (first, second) -> second);
    }

    private Stream<String> facts(String key) {
      return facts.stream().filter(f -> f.key().equals(key)).map(GuestMessage.Fact::value);
    }

    private boolean passed() {
      return ended && !steps.isEmpty() && steps.stream().allMatch(GuestMessage.Step::passed);
    }
  }

  /** What one thread of the kernel's dmatest did. */
  record Transfer(String thread, long tests, long failures, double perSecond, long kibPerSecond) {}

  /** One MSI-X vector in the guest. */
  record Interrupt(long vector, long count, String chip, String name) {}

  private final List<Boot> boots = new ArrayList<>();
  private final int wanted;
  private Optional<String> failure = Optional.empty();

  private GuestRun(int wanted) {
    this.wanted = wanted;
  }

  /** Is told what a guest does while it runs. */
  public interface Watcher {
    /** What it does now, in words. */
    default void progress(String text) {}

    /** It hands back a file. */
    default void file(GuestMessage.Content content) {}

    /** It has measured something. */
    default void fact(GuestMessage.Fact fact) {}

    /** It waits for others; returns when it may go on. */
    default void meet(String place) throws InterruptedException {}
  }

  /**
   * Follows a guest to its end.
   *
   * @param wanted boots
   * @param deadline as {@link System#nanoTime} counts
   */
  static GuestRun follow(GuestMachine machine, int wanted, long deadline, Watcher watcher)
      throws InterruptedException, IOException {
    GuestRun run = new GuestRun(wanted);
    watcher.progress("booting");
    while (!run.over()) {
      Optional<GuestMessage> message = machine.next(deadline);
      if (message.isEmpty()) {
        run.fail("the guest was not through when the time was up");
      } else {
        run.take(message.get(), machine, watcher);
      }
    }
    return run;
  }

  private void take(GuestMessage message, GuestMachine machine, Watcher watcher)
      throws InterruptedException, IOException {
    switch (message) {
      case GuestMessage.Ready(String release) -> {
        if (boots.stream().anyMatch(b -> !b.ended) || boots.size() == wanted) {
          fail("the guest booted anew where it should not have");
          return;
        }
        boots.add(new Boot(release));
        watcher.progress("Linux " + release + " is up, boot " + boots.size() + " of " + wanted);
        machine.tell("boot " + boots.size() + " " + wanted);
      }
      case GuestMessage.Progress(String text) -> watcher.progress(text);
      case GuestMessage.Step step when !boots.isEmpty() -> boots.getLast().steps.add(step);
      case GuestMessage.Fact fact when !boots.isEmpty() -> {
        watcher.fact(fact);
        boots.getLast().facts.add(fact);
      }
      case GuestMessage.Meet(String place) -> {
        watcher.meet(place);
        machine.tell("go");
      }
      case GuestMessage.Content content -> watcher.file(content);
      case GuestMessage.Ended _ when !boots.isEmpty() -> boots.getLast().ended = true;
      case GuestMessage.Gone _ -> fail("the guest ended before it was through");
      // Noise before the first boot, or a line that is none of ours: the console has it too.
      case GuestMessage.Unknown _, GuestMessage.Step _, GuestMessage.Fact _ -> {}
      case GuestMessage.Ended _ -> {}
    }
  }

  private void fail(String reason) {
    failure = Optional.of(reason);
  }

  private boolean over() {
    return failure.isPresent() || (boots.size() == wanted && boots.getLast().ended);
  }

  /** {@return the boots that came about} */
  List<Boot> boots() {
    return boots;
  }

  /** {@return why the guest was not followed to its end, if so} */
  public Optional<String> failure() {
    return failure;
  }

  /** {@return whether every boot ran to its end and every step of it succeeded} */
  public boolean passed() {
    return failure.isEmpty() && boots.size() == wanted && boots.stream().allMatch(Boot::passed);
  }

  private static String value(String fact, String key) {
    Matcher pairs = PAIR.matcher(fact);
    while (pairs.find()) {
      if (pairs.group(1).equals(key)) {
        return pairs.group(2);
      }
    }
    return "-";
  }

  private static long number(String fact, String key) {
    String value = value(fact, key);
    return value.matches("[0-9]{1,18}") ? Long.parseLong(value) : -1;
  }

  private static double decimal(String fact, String key) {
    String value = value(fact, key);
    return value.matches("[0-9]{1,12}(\\.[0-9]{1,6})?") ? Double.parseDouble(value) : -1;
  }
}
