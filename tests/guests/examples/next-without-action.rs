//! The next version of `plain`, without the action that is polled.

use guests::*;

struct Guest;

impl Behaviour for Guest {
    const NAME: &'static str = "plain";

    fn describe() -> Manifest {
        Manifest::new(Self::NAME, "0.2.0", "A guest of the tests")
            .action(Action::feed("patients", "Patients", &["PatientAdmin.PatientUpdate"], 1))
            .requests(&["GET /patients"])
    }
}

guest!(Guest);
