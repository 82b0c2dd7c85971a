package dev.adit.cli;

import dev.adit.cli.boot.BootCommand;
import dev.adit.cli.boot.GuestCommand;
import dev.adit.cli.control.FunctionCommand;
import dev.adit.cli.control.TopCommand;
import dev.adit.cli.control.VdevCommand;
import dev.adit.cli.demo.DemoCommand;
import dev.adit.cli.explain.CaptureCommand;
import dev.adit.cli.explain.ExplainCommand;
import dev.adit.cli.inspect.InspectCommand;
import dev.adit.cli.matrix.MatrixCommand;
import dev.adit.cli.serve.ServeCommand;
import java.util.function.Supplier;

/**
 * The verbs of {@code adit}. Reading the options of one costs some milliseconds of start-up, so
 * only the verb that is asked for is made; of the others the name and this line are enough.
 */
enum Verb {
  INSPECT("inspect", "Show what PCI functions can do.", InspectCommand::new),
  EXPLAIN("explain", "Tell whether IMS may be used here, and why.", ExplainCommand::new),
  CAPTURE("capture", "Take a machine's evidence into one small tar.", CaptureCommand::new),
  MATRIX("matrix", "Run every case of the IMS discussion, and attacks.", MatrixCommand::new),
  SERVE("serve", "Serve virtual devices, or one device function.", ServeCommand::new),
  VDEV("vdev", "Make, change and watch virtual devices.", VdevCommand::new),
  FUNCTION("function", "Look at the functions that are cut into devices.", FunctionCommand::new),
  TOP("top", "Watch functions and virtual devices live.", TopCommand::new),
  BOOT("boot", "Boot a stock Linux guest with a served DSA.", BootCommand::new),
  DEMO("demo", "Serve a DSA and drive every operation of it.", DemoCommand::new),
  GUEST("guest", "Prepare what guests need.", GuestCommand::new);

  private final String text;
  private final String description;

  @SuppressWarnings("ImmutableEnumChecker") // Constructor references hold nothing.
  private final Supplier<Object> maker;

  Verb(String text, String description, Supplier<Object> maker) {
    this.text = text;
    this.description = description;
    this.maker = maker;
  }

  /** {@return the word on the command line} */
  String text() {
    return text;
  }

  /** {@return one line for the list of verbs} */
  String description() {
    return description;
  }

  /** {@return the command, new} */
  Object make() {
    return maker.get();
  }
}
