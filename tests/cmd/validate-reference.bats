#!/usr/bin/env bats
# `git evidence validate` answers what R and scikit-learn answer: whole data
# sets through the command, number by number.  Closed forms agree to 1e-12,
# Clopper-Pearson to 1e-10, roots of a score to 1e-9, fitted models to 1e-8;
# what is drawn to 5e-3.

load ../lib

setup() {
	setup_world
	data=$lib_top/tests/data
}

teardown() { teardown_world; }

# report STATUS SUITE PREDICTIONS EXPECTED: make $WORLD/report; numbers of
# EXPECTED are found by `agree`.
report() {
	expect_exit "$1" git evidence validate --json \
		--suite "$data/validate/$2.yaml" --predictions "$data/$3"
	cp "$WORLD/stdout" "$WORLD/report"
	expected=$data/$4
}

# agree TOLERANCE: lines "OURS : THEIRS" of jq paths, $m the metrics overall,
# $e what is expected; each a number or a list of numbers.
agree() {
	local ours theirs wrong=0
	while IFS=: read -r ours theirs
	do
		test -n "$ours" || continue
		jq -n -e --slurpfile r "$WORLD/report" \
			--slurpfile x "$expected" --argjson within "$1" '
			def ci: [.lower, .upper];
			$r[0] as $r | $x[0] as $e | $r.slices.overall.metrics as $m
			| $r.slices.overall.change.previous as $c
			| [('"$ours"')] | flatten as $a
			| [('"$theirs"')] | flatten as $b
			| ($a | length) == ($b | length) and ($a | length) > 0
			and all(range($a | length); ($a[.] | type) == "number" and
				(($a[.] - $b[.]) | fabs) <= $within *
				([1, ($b[.] | fabs)] | max))' >/dev/null || {
			echo "does not agree: $ours :$theirs"
			jq -c -n --slurpfile r "$WORLD/report" \
				--slurpfile x "$expected" 'def ci: [.lower, .upper];
				$r[0] as $r | $x[0] as $e
				| $r.slices.overall.metrics as $m
				| $r.slices.overall.change.previous as $c
				| [('"$ours"'), ('"$theirs"')]'
			wrong=1
		}
	done
	return $wrong
}

@test "breast cancer: decisions, ranks and their intervals" {
	report 3 breast_cancer breast_cancer/predictions.csv \
		breast_cancer/expected.json
	agree 1e-12 <<-'END'
	$m["confusion@half"] | [.tp, .fp, .fn, .tn]:$e.at_threshold | [.tp, .fp, .fn, .tn]
	$m["sensitivity@half"] | .x, .n, .value, (.ci | ci):$e.at_threshold.sensitivity | .x, .n, .est, .wilson
	$m["specificity@half"] | .x, .n, .value, (.ci | ci):$e.at_threshold.specificity | .x, .n, .est, .wilson
	$m["ppv@half"] | .x, .n, .value, (.ci | ci):$e.at_threshold.ppv | .x, .n, .est, .wilson
	$m["npv@half"] | .x, .n, .value, (.ci | ci):$e.at_threshold.npv | .x, .n, .est, .wilson
	$m["accuracy@half"] | .x, .n, .value, (.ci | ci):$e.at_threshold.accuracy | .x, .n, .est, .wilson
	$m["balanced_accuracy@half"].value:$e.at_threshold.balanced_accuracy
	$m["youden@half"].value:$e.at_threshold.youden
	$m["f1@half"].value:$e.at_threshold.f1
	$m["mcc@half"].value:$e.at_threshold.mcc
	$m["kappa@half"].value:$e.at_threshold.kappa
	$m["lr_pos@half"] | .value, (.ci | ci):$e.at_threshold | .lr_pos, .lr_pos_ci_simel
	$m["lr_neg@half"] | .value, (.ci | ci):$e.at_threshold | .lr_neg, .lr_neg_ci_simel
	$m["dor@half"] | .value, (.ci | ci):$e.at_threshold | .dor, .dor_ci_woolf
	$m["ppv@half(0.1)"] | .value, (.ci | ci):$e.at_threshold.at_prevalence[1] | .ppv, .ppv_ci_mercaldo_logit
	$m["npv@half(0.1)"] | .value, (.ci | ci):$e.at_threshold.at_prevalence[1] | .npv, .npv_ci_mercaldo_logit
	$m.auc | .value, (.ci | ci):$e.discrimination | .auc, .delong_ci
	$m["sens_at_spec(0.8)"].value:$e.discrimination.sens_at_spec[0].sens_step
	$m["sens_at_spec(0.9)"].value:$e.discrimination.sens_at_spec[1].sens_step
	$m["sens_at_spec(0.95)"].value:$e.discrimination.sens_at_spec[2].sens_step
	$m["spec_at_sens(0.9)"].value:$e.discrimination.spec_at_sens[1].spec_step
	$m["partial_auc(0.9)"].value:$e.discrimination.pauc_spec_90_100
	END
}

@test "breast cancer: calibration and net benefit" {
	report 3 breast_cancer breast_cancer/predictions.csv \
		breast_cancer/expected.json
	agree 1e-12 <<-'END'
	$m.brier.value:$e.calibration.brier
	$m.scaled_brier.value:$e.calibration.brier_scaled
	$m.log_loss.value:$e.calibration.log_loss
	$m.oe | .value, (.ci | ci):$e.calibration | .oe_ratio, .oe_ci_log
	$m.ece.value:$e.calibration.ece10_width
	$m.mce.value:$e.calibration.mce10_width
	$m.spiegelhalter | .z, .p:$e.calibration | .spiegelhalter_z, .spiegelhalter_p_two_sided
	$m["net_benefit(0.10)"].value:$e.decision_curve[1].net_benefit
	$m["net_benefit(0.20)"].value:$e.decision_curve[2].net_benefit
	$m["net_benefit(0.30)"].value:$e.decision_curve[3].net_benefit
	$r.slices.overall.bins[0] | .n, .meanPredicted, .positives / .n:$e.calibration.ece10_bins[0] | .n, .mean_pred, .obs
	END
	agree 1e-8 <<-'END'
	$m.citl | .value, (.ci | ci):$e.calibration | .citl, .citl_wald_ci
	$m.cal_slope | .value, (.ci | ci):$e.calibration | .calib_slope, .calib_slope_wald_ci
	$m.cal_intercept.value:$e.calibration.calib_intercept_joint
	$m.weak_calibration | .chi2, .df, .p:$e.calibration.lr_test_weak_calibration | .chisq, .df, .p
	END
}

@test "breast cancer: what changed against the model before" {
	report 3 breast_cancer breast_cancer/predictions.csv \
		breast_cancer/expected.json
	agree 1e-9 <<-'END'
	$c.auc | .value, (.ci | ci), .z, .p:$e.paired_delong | .diff, .ci95, .z, .p_two_sided
	$c["sensitivity@half"] | .value, .n, (.ci | ci):$e.paired_sensitivity | .diff, .n, .tango
	$c["specificity@half"] | .value, .n, (.ci | ci):$e.paired_specificity | .diff, .n, .tango
	END
}

@test "breast cancer: each slice, also one with five positives" {
	report 3 breast_cancer breast_cancer/predictions.csv \
		breast_cancer/expected.json
	local size
	for size in small medium large
	do
		agree 1e-12 <<-END
		\$r.slices["size=$size"] | .n, .metrics.auc.value, (.metrics.auc.ci | ci):\$e.slices.size["$size"] | .n, .auc.auc, .auc.delong_ci
		\$r.slices["size=$size"].metrics["sensitivity@half"] | .x, .n, .value, (.ci | ci):\$e.slices.size["$size"].diag.sensitivity | .x, .n, .est, .wilson
		\$r.slices["size=$size"].metrics["specificity@half"] | .x, .n, .value, (.ci | ci):\$e.slices.size["$size"].diag.specificity | .x, .n, .est, .wilson
		\$r.slices["size=$size"].metrics | .brier.value, .oe.value:\$e.slices.size["$size"] | .brier, .oe
		END
	done
	expect_json '.slices["size=small"].missed == "positives"'
}

@test "pima: Clopper-Pearson, models, differences at 90 %" {
	report 0 pima reference/pima_te.csv reference/pima_te.expected.json
	agree 1e-10 <<-'END'
	$m["sensitivity@screen"] | .x, .value, (.ci | ci):$e.at_threshold.sensitivity | .x, .est, .clopper_pearson
	$m["specificity@screen"] | .x, .value, (.ci | ci):$e.at_threshold.specificity | .x, .est, .clopper_pearson
	$m["ppv@screen"].ci | ci:$e.at_threshold.ppv.clopper_pearson
	$m["npv@screen"].ci | ci:$e.at_threshold.npv.clopper_pearson
	$m.auc | .value, (.ci | ci):$e.discrimination | .auc, .delong_ci
	$m.brier.value:$e.calibration.brier
	$m.ece.value:$e.calibration.ece10_width
	$m.mce.value:$e.calibration.mce10_width
	$m.log_loss.value:$e.calibration.log_loss
	END
	agree 1e-8 <<-'END'
	$m.cal_slope.ci | ci:$e.calibration.calib_slope_wald_ci
	$m.citl.ci | ci:$e.calibration.citl_wald_ci
	END
	# gates of tier moderate see the two-sided 90 % interval
	agree 1e-9 <<-'END'
	$r.gates[0].observed | .value, .ci.level, (.ci | ci):$e.paired_sensitivity | .diff, 0.9, .tango90
	$r.gates[1].observed | .value, .ci.level, (.ci | ci):$e.paired_delong | .diff, 0.9, .ci90
	END
}

@test "several windows of a patient: the patient is what intervals count" {
	report 0 clustered_ecg reference/clustered_ecg.csv \
		reference/clustered_ecg.expected.json
	agree 1e-12 <<-'END'
	$r.flow | .received, .noScore:$e | .rows, .missing_score
	$m["sensitivity@alert"] | .x, .n, .value, .deff, .nEff, (.ci | ci):$e.sensitivity | .x, .n, .est, .deff, .n_eff, .wilson_neff
	$m["specificity@alert"] | .x, .n, .value, .deff, .nEff, (.ci | ci):$e.specificity | .x, .n, .est, .deff, .n_eff, .wilson_neff
	$m["ppv@alert"] | .x, .n, (.ci | ci):$e.ppv | .x, .n, .wilson_neff
	$m["npv@alert"] | .x, .n, (.ci | ci):$e.npv | .x, .n, .wilson_neff
	$m.auc | .value, (.ci | ci):$e.auc | .theta, .obuchowski_ci
	$c.auc | .value, .z, (.ci | ci):$e.paired_auc | .diff, .z, .ci95
	$c["sensitivity@alert"] | .value, (.ci | ci):$e.paired_sensitivity | .diff, .ci95
	$m.brier.value:$e.calibration.brier
	$r.slices["site=A"].metrics | .auc.value, .["sensitivity@alert"].x, (.["sensitivity@alert"].ci | ci):$e.slices.A | .auc, .sensitivity.x, .sensitivity.wilson_neff
	$r.slices["site=C"].metrics | .auc.value, .["sensitivity@alert"].x, (.["sensitivity@alert"].ci | ci):$e.slices.C | .auc, .sensitivity.x, .sensitivity.wilson_neff
	END
	agree 1e-8 <<-'END'
	$m.cal_slope.value:$e.calibration.slope
	END
	expect_json '[.slices.overall.metrics | .auc, .brier, .cal_slope
		| .ci.unit == "patient"] | all'
}

@test "missing scores count as the suite says, and all ways are reported" {
	sed 's/complete_case/as_negative/' "$data/validate/clustered_ecg.yaml" \
		>"$WORLD/suite.yaml"
	expect_exit 0 git evidence validate --json --suite "$WORLD/suite.yaml" \
		--predictions "$data/reference/clustered_ecg.csv"
	cp "$WORLD/stdout" "$WORLD/report"
	expected=$data/reference/clustered_ecg.expected.json
	agree 1e-12 <<-'END'
	$m["sensitivity@alert"].value:$e.missing_policies.missing_as_negative_sens
	$m["sensitivity@alert"].missing.complete_case.value:$e.missing_policies.complete_case_sens
	$m["sensitivity@alert"].missing.worst_case.value:$e.missing_policies.missing_as_negative_sens
	$m["specificity@alert"].missing.worst_case.value:$e.missing_policies.missing_as_wrong_spec
	$m["specificity@alert"].missing.as_positive.value:$e.missing_policies.missing_as_wrong_spec
	END
	expect_json '.slices.overall.metrics.brier.flags == ["scored_rows_only"]'
}

@test "three classes of wine" {
	report 3 wine reference/wine_multiclass.csv \
		reference/wine_multiclass.expected.json
	agree 1e-12 <<-'END'
	$m.multi_accuracy.value:$e.accuracy
	$m.macro_f1.value:$e.macro_f1
	$m.micro_f1.value:$e.micro_f1
	$m.weighted_f1.value:$e.weighted_f1
	$m.multi_kappa.value:$e.kappa
	$m.multi_mcc.value:$e.mcc
	$m.ovr_auc.value:$e.auc_ovr_macro
	$m.ovo_auc.value:$e.auc_ovo_macro_handtill
	$m.multi_brier.value:$e.brier_multiclass
	$m.top_ece.value:$e.top_label_ece10
	$m["sensitivity(0)"].value:$e.per_class_recall[0]
	$m["ppv(2)"].value:$e.per_class_precision[2]
	END
}
